// The menu on narrow screens. Every page is complete without this script.
for (const button of document.querySelectorAll("[data-menu]")) {
  const nav = document.getElementById(button.getAttribute("aria-controls"));
  document.documentElement.classList.add("scripted");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    nav.classList.toggle("is-open", open);
  });
}
