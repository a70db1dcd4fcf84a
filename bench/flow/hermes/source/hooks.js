import {useState, useEffect, useCallback} from "react";
import {API} from "./hooks.values";
export function Screen() {
  const [d, setD] = useState(null);
  const load = useCallback(async () => { try { const r = await fetch(API.BASE + API.PATHS.LIST); setD(await r.json()); } catch (e) { console.log("x", e); } }, []);
  useEffect(() => { load(); fetch(`${API.BASE}${API.PATHS.ITEM.replace(":id", "7")}`).then((r) => r.json()).then(setD); }, []);
  return d;
}
