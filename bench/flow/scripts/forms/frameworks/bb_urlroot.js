var API="https://b1.acme.test/v1";var User=Backbone.Model.extend({urlRoot:API+"/users"});new User({id:1}).fetch();
