(()=>{window.APP_CONFIG={apiRoot:"https://b27.acme.test"};function t(){return fetch(window.APP_CONFIG.apiRoot+"/users")}t();})();
