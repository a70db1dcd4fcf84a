const build = (scheme, host, port, version, path, query) => scheme + "://" + host + ":" + port + "/" + version + path + query;
export const load = () => fetch(build("https", "many.hermes.test", 9443, "v2", "/wide", "?full=1"));
