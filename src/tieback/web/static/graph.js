// The picture of the evidence graph: a click on a node adds its neighbours. The list on the page has the same content.
const MOST_NODES = 400;
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
    { selector: "node", style: { label: "data(label)", shape: "data(shape)", "background-color": colour.plain, color: colour.ink, "font-size": 11, "text-wrap": "ellipsis", "text-max-width": 170, "text-valign": "bottom", "text-margin-y": 4, width: 22, height: 22 } },
    { selector: "node[tone = 'open']", style: { "background-color": colour.open } },
    { selector: "node[tone = 'unsure']", style: { "background-color": colour.unsure } },
    { selector: "node[tone = 'closed']", style: { "background-color": colour.closed } },
    { selector: "node.middle", style: { "border-width": 4, "border-color": colour.accent, width: 30, height: 30 } },
    { selector: "edge", style: { width: 1.5, "line-color": colour.line, "target-arrow-color": colour.line, "target-arrow-shape": "triangle", "curve-style": "bezier", label: "data(label)", "font-size": 9, color: colour.line, "text-rotation": "autorotate", "text-background-color": colour.card, "text-background-opacity": 0.85 } },
    { selector: "edge[?guess]", style: { "line-style": "dashed" } },
  ];
}

function elements(hop) {
  const known = new Set(hop.nodes.map((node) => node.id));
  return [
    ...hop.nodes.map((node) => ({ group: "nodes", data: { id: node.id, label: node.label, tone: node.tone, shape: KINDS[node.kind] || "ellipse" } })),
    ...hop.edges.filter((edge) => known.has(edge.source) && known.has(edge.target)).map((edge) => ({
      group: "edges",
      data: { id: `${edge.source} ${edge.kind} ${edge.target}`, source: edge.source, target: edge.target, label: edge.kind, guess: edge.guess },
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
  const hidden = hop.truncated ? ` ${hop.nodes.length - 1} of ${hop.neighbours} neighbours are drawn; the list has more.` : "";
  const full = graph.nodes().length >= MOST_NODES ? " The picture is full: start again from another node." : "";
  note.textContent = `Select a node to add its neighbours.${hidden}${full}`;
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
    const graph = window.cytoscape({ container: box, elements: elements(hop), style: stylesheet(colours()), minZoom: 0.2, maxZoom: 3 });
    const layout = () => graph.layout({ name: "cose", animate: false, padding: 24, nodeRepulsion: 9000, idealEdgeLength: 90 }).run();
    graph.getElementById(box.dataset.node).addClass("middle");
    layout();
    say(note, hop, graph);
    graph.on("tap", "node", async (event) => {
      if (graph.nodes().length >= MOST_NODES) return;
      try {
        const more = await fetchHop(box, event.target.id());
        const fresh = elements(more).filter((one) => graph.getElementById(one.data.id).empty());
        graph.add(fresh);
        if (fresh.length) layout();
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
