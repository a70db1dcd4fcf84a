window.App={config:{api:"https://b3.acme.test"}};App.Users=Backbone.Collection.extend({url:function(){return App.config.api+"/users"}});
