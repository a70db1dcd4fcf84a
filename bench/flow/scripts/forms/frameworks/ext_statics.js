Ext.define("App.Const",{statics:{SERVER:"https://e3.acme.test"}});Ext.Ajax.request({url:App.Const.SERVER+"/go"});
