// Entry of the bundle. There is no native side: what counts are the strings that Metro and Hermes leave of it.
const { parcels, search, follow } = require("./api");
const { tell } = require("./tell");

async function start() {
  const list = await parcels();
  tell(`${list.length} parcels`);
  list.forEach((parcel) => follow(parcel.id, tell));
  tell(await search("late"));
}

start();
