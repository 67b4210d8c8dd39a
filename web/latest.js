// After an answer: the last question to the top of the chat, and its sources to the top of their pane.
() => setTimeout(() => {
  const log = document.querySelector("#chat [role=log]");
  const question = [...document.querySelectorAll("#chat .user.message")].at(-1);
  if (log && question) log.scrollTop += question.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
  document.querySelector(".sources")?.scrollTo({ top: 0, behavior: "instant" });
}, 100)
