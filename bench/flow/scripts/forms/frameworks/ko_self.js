function VM(){var self=this;self.base="https://k1.acme.test";self.load=function(){$.getJSON(self.base+"/tasks",function(d){})}}ko.applyBindings(new VM());
