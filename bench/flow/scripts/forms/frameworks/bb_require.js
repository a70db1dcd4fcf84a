define("config",[],function(){return{serviceUrl:"https://b5.acme.test/s"}});define("models/user",["backbone","config"],function(B,c){return B.Model.extend({urlRoot:c.serviceUrl+"/user"})});
