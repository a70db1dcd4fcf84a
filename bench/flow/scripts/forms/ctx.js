(()=>{var e={};e.config=Object.freeze({api:"https://b26.acme.test"});function t(){return fetch(e.config.api+"/users")}t();})();
