Ext.define("MyApp.controller.Main",{extend:"Ext.app.Controller",server:"https://e4.acme.test",load:function(){Ext.data.JsonP.request({url:this.server+"/list.php"})}});
