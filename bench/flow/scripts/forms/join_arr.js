(()=>{fetch(["https:/","b8.acme.test","a","b"].join("/"));})();
