Ext.define("App.Config",{singleton:true,config:{baseUrl:"https://e2.acme.test/api"}});Ext.Ajax.request({url:App.Config.getBaseUrl()+"/login",method:"POST"});
