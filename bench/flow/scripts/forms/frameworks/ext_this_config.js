Ext.define("A.c.M",{config:{apiUrl:"https://e5.acme.test"},load:function(){Ext.Ajax.request({url:this.getApiUrl()+"/l"})}});
