(()=>{var e={state:{api:"https://b40.acme.test"},actions:{l({state:t}){return fetch(t.api+"/users")}}};new Vuex.Store(e);})();
