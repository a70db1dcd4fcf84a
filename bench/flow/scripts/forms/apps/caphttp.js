(()=>{var t=o=>window.Capacitor.registerPlugin(o);var r=t("CapacitorHttp"),e="cap.shop.test",p=()=>r.post({url:"https://"+e+"/v1/token",headers:{},data:{}});p();})();
