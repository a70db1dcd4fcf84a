var a=String.fromCharCode(104,101,108,108,111);var b=atob("aGVsbG8gd29ybGQ=");console.log(a,b,"\x68\x65\x6c\x6c\x6f");
