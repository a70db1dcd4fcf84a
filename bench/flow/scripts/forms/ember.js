(()=>{var e=DS.RESTAdapter.extend({host:"https://a28.acme.test",namespace:"api/v3"});})();
