// The picture of the evidence graph: a click on a node adds its neighbours. The list on the page has the same content.
const MOST_NODES = 400;
const ROW = 36;
const TONES = ["open", "unsure", "closed", ""];
const COLUMN = { app: 0, endpoint: 1, host: 2 };
const KINDS = { app: "round-rectangle", endpoint: "ellipse", host: "ellipse", address: "diamond", provider: "hexagon", owner: "hexagon", store: "barrel" };

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"), card: read("--card"), line: read("--muted"), accent: read("--accent"), plain: read("--bar"),
    open: read("--open"), unsure: read("--unsure"), closed: read("--closed"),
  };
}

function stylesheet(colour) {
  return [
    { selector: "node", style: { label: "data(label)", shape: "data(shape)", "background-color": colour.plain, color: colour.ink, "font-size": 12, "text-wrap": "ellipsis", "text-max-width": 190, "text-halign": "right", "text-valign": "center", "text-margin-x": 6, "text-background-color": colour.card, "text-background-opacity": 1, "text-background-padding": 2, width: 18, height: 18 } },
    { selector: "node[tone = 'open']", style: { "background-color": colour.open } },
    { selector: "node[tone = 'unsure']", style: { "background-color": colour.unsure } },
    { selector: "node[tone = 'closed']", style: { "background-color": colour.closed } },
    { selector: "node.middle", style: { "text-halign": "center", "text-valign": "bottom", "text-margin-x": 0, "text-margin-y": 4, "border-width": 4, "border-color": colour.accent, width: 26, height: 26 } },
    { selector: "edge", style: { width: 1.2, "line-color": colour.line, "target-arrow-color": colour.line, "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier" } },
    { selector: "edge[?guess]", style: { "line-style": "dashed" } },
  ];
}

// Columns from the app to the store; the worst are at the top of each.
function arrange(graph) {
  const columns = [];
  graph.nodes().forEach((node) => { (columns[COLUMN[node.data("kind")] ?? 3] ||= []).push(node); });
  const most = Math.max(...columns.map((column) => column?.length || 0));
  columns.forEach((column, x) => {
    column.sort((one, other) => TONES.indexOf(one.data("tone")) - TONES.indexOf(other.data("tone")));
    column.forEach((node, y) => node.position({ x: x * 270, y: (y - column.length / 2) * ROW }));
  });
  graph.container().style.height = `${Math.min(900, Math.max(260, most * ROW + 60))}px`;
  graph.resize();
  graph.fit(undefined, 26);
  if (graph.zoom() > 1.1) graph.zoom(1.1);
  graph.center();
}

function elements(hop) {
  const known = new Set(hop.nodes.map((node) => node.id));
  return [
    ...hop.nodes.map((node) => ({ group: "nodes", data: { id: node.id, label: node.label, tone: node.tone, kind: node.kind, shape: KINDS[node.kind] || "ellipse" } })),
    ...hop.edges.filter((edge) => known.has(edge.source) && known.has(edge.target)).map((edge) => ({
      group: "edges",
      data: { id: `${edge.source} ${edge.kind} ${edge.target}`, source: edge.source, target: edge.target, guess: edge.guess },
    })),
  ];
}

async function fetchHop(box, node) {
  const query = new URLSearchParams({ node, run: box.dataset.run, limit: "40" });
  const answer = await fetch(`${box.dataset.graph}?${query}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
}

function say(note, hop, graph) {
  const hidden = hop.truncated ? ` ${hop.nodes.length - 1} of ${hop.neighbours} neighbours ${hop.nodes.length === 2 ? "is" : "are"} drawn; the list has more.` : "";
  const full = graph.nodes().length >= MOST_NODES ? " The picture is full: start again from another node." : "";
  note.textContent = `Select a node to add its neighbours. From left to right: apps, endpoints, hosts, and what they lead to. A dashed line is a guess.${hidden}${full}`;
}

async function draw(box) {
  // The library would add an inline style, which the page forbids; the same rule is in tieback.css.
  const marker = document.createElement("meta");
  marker.id = "__________cytoscape_stylesheet";
  document.head.append(marker);
  const note = document.createElement("p");
  note.className = "muted graph-note";
  note.setAttribute("role", "status");
  box.hidden = false;
  box.after(note);
  try {
    const hop = await fetchHop(box, box.dataset.node);
    const graph = window.cytoscape({ container: box, elements: elements(hop), style: stylesheet(colours()), layout: { name: "preset" }, minZoom: 0.2, maxZoom: 3 });
    graph.getElementById(box.dataset.node).addClass("middle");
    arrange(graph);
    say(note, hop, graph);
    graph.on("tap", "node", async (event) => {
      if (graph.nodes().length >= MOST_NODES) return;
      try {
        const more = await fetchHop(box, event.target.id());
        const fresh = elements(more).filter((one) => graph.getElementById(one.data.id).empty());
        graph.add(fresh);
        if (fresh.length) arrange(graph);
        say(note, more, graph);
      } catch (error) {
        note.textContent = `The neighbours could not be loaded: ${error.message}.`;
      }
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph.style(stylesheet(colours())));
  } catch (error) {
    note.textContent = `The picture could not be loaded: ${error.message}. The list has the same content.`;
  }
}

for (const box of document.querySelectorAll("[data-graph]")) draw(box);
