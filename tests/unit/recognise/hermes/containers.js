// Containers in calls, for tests of hermes/containers.py: npm hermes-compiler, hermesc -emit-binary -O containers.js
(function (modules) {
  var supabase = modules.createClient("https://abcdefghijklmnopqrst.supabase.co", modules.key);
  var _firestore = modules.firestore, Parse = modules.Parse, algoliasearch = modules.algoliasearch;
  var pb = new modules.PocketBase("https://pocketbase.shop.test");
  globalThis.table = function () { return supabase.from("orders").select("*").eq("id", 1); };
  globalThis.later = async function (id) {
    if (id) { await supabase.from("customers").select("email"); }
    return supabase.from(id ? "odd" : "even");
  };
  globalThis.bucket = function bucket(file) { return supabase.storage.from("avatars").upload("a/b", file, { upsert: true }); };
  globalThis.call = function (body) { return supabase.functions.invoke("send-mail", { body: body }); };
  globalThis.remote = function (lat) { return supabase.rpc("nearby", { lat: lat }); };
  globalThis.documents = function (db) { return (0, _firestore.getDocs)((0, _firestore.collection)(db, "places")); };
  globalThis.group = function () { return _firestore.default().collectionGroup("reviews").get(); };
  globalThis.object = Parse.Object.extend("Invoice");
  globalThis.index = algoliasearch("B1G2GM9NG0", modules.key).initIndex("products");
  globalThis.list = function () { return pb.collection("posts").getList(1, 50); };
  globalThis.none = function (name, arrays) {
    return [Array.from("letters"), Buffer.from("text", "hex"), Buffer.from("plain"), supabase.from(name),
      supabase.rpc(name), pb.collection("unread"), arrays.from(["no"]), modules.extend("Nothing")];
  };
})(globalThis.modules);
