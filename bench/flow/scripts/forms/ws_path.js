(()=>{var s=class e{constructor(t){this.id=t}open(){this.s=new WebSocket("wss://"+e.HOST+"/ws/"+this.id)}};s.HOST="b36.acme.test";new s(42).open();})();
