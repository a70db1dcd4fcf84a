function VM(){var self=this;self.server=ko.observable("https://k2.acme.test");self.load=function(){$.getJSON(self.server()+"/tasks")}}ko.applyBindings(new VM());
