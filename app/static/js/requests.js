// The inbox follows what others do: when a request changes, the list is fetched afresh and swapped in.
import { connect } from "./live.js";

const list = document.querySelector("[data-live-requests]");
if (list) {
  const line = connect({ join: "join_agenda", topic: { slug: list.dataset.slug } });
  line.subscribe("request", async () => {
    if (document.querySelector("dialog[open]")) return; // never pull a form away from under somebody
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(list.id);
    if (fresh) list.replaceChildren(...fresh.childNodes);
    document.querySelector(".tabs")?.replaceWith(page.querySelector(".tabs") ?? "");
  });
}
