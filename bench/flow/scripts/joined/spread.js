const y=[..."1v/tset.pohs.daerps//:sptth"].reverse().join("");fetch(y+"/items");
