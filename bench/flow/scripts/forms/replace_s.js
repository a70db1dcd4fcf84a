(()=>{fetch("https://%s/v1".replace("%s","b11.acme.test"));})();
