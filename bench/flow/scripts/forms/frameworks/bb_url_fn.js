var User=Backbone.Model.extend({base:"https://b2.acme.test",url:function(){return this.base+"/users/"+this.id}});new User().fetch();
