BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'b24bot','m001_first','2026-11-30 12:16:03.607295+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'b24bot','m002_standing_and_leases','2026-11-30 12:16:03.627741+00:00');
CREATE TABLE audit (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, tag TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
        facts TEXT NOT NULL, key_id TEXT NOT NULL, mac BLOB NOT NULL) STRICT;
INSERT INTO "audit" VALUES(1,1750000000000,'access:grant:added','local:tester','T1:UOLGA','{"role":"operator"}','k1',X'A7143C323F9E3BB9AA2D8943F5383FF2C8F37F136C6A5982031F5029E5AF0D59');
INSERT INTO "audit" VALUES(2,1750000000000,'access:grant:added','local:tester','T1:UANTON','{"role":"approver"}','k1',X'EF43EA72199F338EEC2A33FF5D6A1D82498AC31D5AA4B776B5CF74A042EF97CB');
INSERT INTO "audit" VALUES(3,1750000000000,'access:grant:added','local:tester','T1:UVERA','{"role":"approver"}','k1',X'44E7109EF89C5AE8387544F85A2B9681B0DD85775CF5AAF812876854EFE11B7F');
INSERT INTO "audit" VALUES(4,1750000000000,'access:grant:added','local:tester','T1:UIDA','{"role":"admin"}','k1',X'C06C5A6908B60F27219651EE61834DF0060216FBB24B0380C8E86A12B42586DC');
INSERT INTO "audit" VALUES(5,1750000000000,'access:grant:added','local:tester','T1:UVIKTOR','{"role":"viewer"}','k1',X'FDE1F97B995E940FCE35C0D9219F8105DEE1C11BD53EF01C0C0CCBDCFEBFB1BB');
INSERT INTO "audit" VALUES(6,1750000000000,'access:grant:added','local:tester','T2:UANTON','{"role":"admin"}','k1',X'655A5DC13B053DE5354D89A1089EA473F07F0811F360F0278A9EA488CBC2D0C5');
INSERT INTO "audit" VALUES(7,1750000001000,'change:request:opened','T1:UOLGA','CR-1001','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"26c394282b5476b9356cc5b3e5cb486826f9f340e2dfa7943911241ef5dab3df","line":"thing remove expired","portal":"default","reason":"","risk":"destroy","target":"thing:expired"}','k1',X'6647B1CC8F94C4618A5ABABA10AD1C7F0A20DF125AFAFC16D22B737AC9086DD3');
INSERT INTO "audit" VALUES(8,1750003602000,'change:request:expired','b24bot','CR-1001','{"sentence":"Nobody decided in time. Nothing was done."}','k1',X'0C441857FC9FC67C0D72042CDE1E250CD293D8A30D71DBF11ACD82AFE1AFF967');
INSERT INTO "audit" VALUES(9,1750003702000,'change:request:opened','T1:UOLGA','CR-1002','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"9adf4745a1cd31bd6c620a9ceadf93ac3ed1157c025e7307f457beeae4497dc9","line":"thing remove done","portal":"default","reason":"","risk":"destroy","target":"thing:done"}','k1',X'3756104BE57ADCC9290A20000AD9AE11E630D25A2845AD0ABB63D125DAF727BE');
INSERT INTO "audit" VALUES(10,1750003703000,'change:review:approved','T1:UANTON','CR-1002','{"approvals":1,"digest":"9adf4745a1cd31bd6c620a9ceadf93ac3ed1157c025e7307f457beeae4497dc9","quorum":1}','k1',X'FD2CB035CE79C9D544167133AF8ABDE8463AFD77FE9EE48FAEF29318C8AAFF70');
INSERT INTO "audit" VALUES(11,1750003705300,'change:execution:intended','b24bot','CR-1002','{"digest":"9adf4745a1cd31bd6c620a9ceadf93ac3ed1157c025e7307f457beeae4497dc9","method":"thing.remove","portal":"default"}','k1',X'29A3FB40BF36A087F69CA5B079AD63B16435C65C8B5967DEB34C213152F588D4');
INSERT INTO "audit" VALUES(12,1750003705300,'change:call:answered','b24bot','CR-1002','{"code":"","method":"thing.remove","milliseconds":5,"verdict":"done"}','k1',X'0A82FBD2425CB6C4ABB085C3E171BE1914DF907FBCEEF8B2786B124E7971E153');
INSERT INTO "audit" VALUES(13,1750003705300,'change:execution:ended','b24bot','CR-1002','{"outcome":"done is: red → absent","sentence":"Done and verified by reading it back.","status":"done"}','k1',X'2C9DDC33DC5F05C984A4347B8676F43D70260AB732F9249B88519E03F714FABD');
INSERT INTO "audit" VALUES(14,1750003706600,'change:request:opened','T1:UOLGA','CR-1003','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"c4205c596f21299a60b8f33b4c557b7c837d411ef650ce70746fa42fdc263709","line":"thing remove gone","portal":"default","reason":"","risk":"destroy","target":"thing:gone"}','k1',X'2C742C3CFE5037BBFA45E7D615D84FEA78EFEE45D11CDCE8A2AE9E7A622F5F99');
INSERT INTO "audit" VALUES(15,1750003707600,'change:review:approved','T1:UANTON','CR-1003','{"approvals":1,"digest":"c4205c596f21299a60b8f33b4c557b7c837d411ef650ce70746fa42fdc263709","quorum":1}','k1',X'2D88315D1010E7F4E56DD063087F9DC748EC97F79F48602C1044690B44B30D8E');
INSERT INTO "audit" VALUES(16,1750003709900,'change:execution:stopped','b24bot','CR-1003','{"outcome":"","sentence":"There is no gone.","status":"gone"}','k1',X'BDDEA4062B68D0FCAA5C1E040887D1E24D0E465F5F9F9C0F72FAF7FAD4F73EEA');
INSERT INTO "audit" VALUES(17,1750003711200,'change:request:opened','T1:UOLGA','CR-1004','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"6ce93a9057fc7c553fe0203c9478c2fc6f957a05c3823e2f3852bcfc7d66a9f5","line":"thing remove failed","portal":"default","reason":"","risk":"destroy","target":"thing:failed"}','k1',X'741080EBAF1F9E0E5B28AB505727C100F7885BBD0D98FDFB30C0520A51A58EAC');
INSERT INTO "audit" VALUES(18,1750003712200,'change:review:approved','T1:UANTON','CR-1004','{"approvals":1,"digest":"6ce93a9057fc7c553fe0203c9478c2fc6f957a05c3823e2f3852bcfc7d66a9f5","quorum":1}','k1',X'5B86C0F1B975E4B6F92BB0906865DAFD3A67145DE9D8A7B836124BDAAC7BB43F');
INSERT INTO "audit" VALUES(19,1750003714500,'change:execution:intended','b24bot','CR-1004','{"digest":"6ce93a9057fc7c553fe0203c9478c2fc6f957a05c3823e2f3852bcfc7d66a9f5","method":"thing.remove","portal":"default"}','k1',X'78D9D74BD5B070CC89618979D7000C77CF6F1D3626AB35A4D4C5D91B3CE7C901');
INSERT INTO "audit" VALUES(20,1750003714500,'change:call:answered','b24bot','CR-1004','{"code":"","method":"thing.remove","milliseconds":5,"verdict":"failed"}','k1',X'F2ED9C20E1F7CE28903964348989F02D581F9B2C18B41D4EF2BBBA773C96091F');
INSERT INTO "audit" VALUES(21,1750003714500,'change:execution:ended','b24bot','CR-1004','{"outcome":"It refused.","sentence":"The portal refused. Nothing changed; this was read back.","status":"failed"}','k1',X'CDEBBE2D3DDE3194A71D831C3FE17C392AE2246739257BE8017E0CA131B9FFFE');
INSERT INTO "audit" VALUES(22,1750003715800,'change:request:opened','T1:UOLGA','CR-1005','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"e02d055654eac425442dd8bd10174bfe8e08bc0cd58619a6efc22e79d6a2ae29","line":"thing remove changed","portal":"default","reason":"","risk":"destroy","target":"thing:changed"}','k1',X'625CE3915C0E988BF6BE857B9930E49E93A96A6C03314684856BDDBBB0B2A3E0');
INSERT INTO "audit" VALUES(23,1750003716800,'change:review:approved','T1:UANTON','CR-1005','{"approvals":1,"digest":"e02d055654eac425442dd8bd10174bfe8e08bc0cd58619a6efc22e79d6a2ae29","quorum":1}','k1',X'E92F334F3904F7C3670516BA589201A1FBA04824F88A3B81F5B1C8B2A8F4FA40');
INSERT INTO "audit" VALUES(24,1750003719100,'change:execution:stopped','b24bot','CR-1005','{"outcome":"changed is: red → blue","sentence":"Not run: it is no longer as it was when this was approved. Ask again to see the new plan.","status":"changed"}','k1',X'AA3F8261CC85BACE332976F60EDB744995122F05980A878655124AED5EA69E85');
INSERT INTO "audit" VALUES(25,1750003720400,'change:request:opened','T1:UOLGA','CR-1006','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"549fb3adb86f838eba17e964dad1e0e4f10d05a17169fca8248ddec3732e1ea9","line":"thing remove rejected","portal":"default","reason":"","risk":"destroy","target":"thing:rejected"}','k1',X'119FED9ADC674CA04D149B55F0FE561089C06CA1E4963221973A306090FB60AD');
INSERT INTO "audit" VALUES(26,1750003721400,'change:review:rejected','T1:UANTON','CR-1006','{"digest":"549fb3adb86f838eba17e964dad1e0e4f10d05a17169fca8248ddec3732e1ea9","reason":"not now"}','k1',X'0372EB2C65FFDD5ED1549E59D2E79E1687966281982D41F854D85C85EB47E710');
INSERT INTO "audit" VALUES(27,1750003721400,'change:request:opened','T1:UOLGA','CR-1007','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"a41b76b660c2b275cd462f7feb94ebd04a8a9996253f212f7d7e3fdad6888faf","line":"thing remove withdrawn","portal":"default","reason":"","risk":"destroy","target":"thing:withdrawn"}','k1',X'1A2511B62437A9EB0F4A7B0C0D3B1A497F1E00E565E8884F96967436E1CF5D2E');
INSERT INTO "audit" VALUES(28,1750003723400,'change:request:withdrawn','T1:UOLGA','CR-1007','{}','k1',X'4AFCEF997EEBA6E0BBCD65BE58326F6E306BEA823B60CF4500C9C7A600EEF308');
INSERT INTO "audit" VALUES(29,1750003724700,'change:request:opened','T1:UOLGA','CR-1008','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"792c4da9df8d6a57270423998ca8b2cf04a175861291578a48dad8bac08949b3","line":"thing remove unknown","portal":"default","reason":"","risk":"destroy","target":"thing:unknown"}','k1',X'D39CCE3379F762F24A2C08178A5104901EE9DA2B1FB48A4D873F6F5E3DBCA13C');
INSERT INTO "audit" VALUES(30,1750003725700,'change:review:approved','T1:UANTON','CR-1008','{"approvals":1,"digest":"792c4da9df8d6a57270423998ca8b2cf04a175861291578a48dad8bac08949b3","quorum":1}','k1',X'395902CD91FAEC60C8FD52C69B17581E2CF7EA1EC412E46DFABA59C87D7E89A6');
INSERT INTO "audit" VALUES(31,1750003728000,'change:execution:intended','b24bot','CR-1008','{"digest":"792c4da9df8d6a57270423998ca8b2cf04a175861291578a48dad8bac08949b3","method":"thing.remove","portal":"default"}','k1',X'46432A765F10C651E31E0D3CA23C70D39604DB2B01CCAF9C39E7662317A178E3');
INSERT INTO "audit" VALUES(32,1750003728000,'change:call:answered','b24bot','CR-1008','{"code":"","method":"thing.remove","milliseconds":5,"verdict":"unknown"}','k1',X'3176734CF2F8A9DF11439AC790058289CFA2AD3D666237D2AE655DEA10BE10C9');
INSERT INTO "audit" VALUES(33,1750003728000,'change:execution:ended','b24bot','CR-1008','{"outcome":"The toy said something.","sentence":"The portal''s answer proves nothing, and it could not be read back yet.","status":"unknown"}','k1',X'2A044C3C5929C15425BC0D00B933581CA7AFF533AF49142FC6F98AFFFA3C5656');
INSERT INTO "audit" VALUES(34,1750003729300,'change:request:opened','T1:UOLGA','CR-1009','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"c7143791b312e5a980230952a2d21163ed180fa85612c174874db6331ae8d0ad","line":"thing remove unknown_undone","portal":"default","reason":"","risk":"destroy","target":"thing:unknown_undone"}','k1',X'2CD0C93ACBB0192B3FA855A76AEF1BA5C0BD0A6E9F5E2E4C324EF8FA3FA5608F');
INSERT INTO "audit" VALUES(35,1750003730300,'change:review:approved','T1:UANTON','CR-1009','{"approvals":1,"digest":"c7143791b312e5a980230952a2d21163ed180fa85612c174874db6331ae8d0ad","quorum":1}','k1',X'81000069E29FE5920A3A3427917D5696056F68C16AED42A920964E1A1BD1C935');
INSERT INTO "audit" VALUES(36,1750003732600,'change:execution:intended','b24bot','CR-1009','{"digest":"c7143791b312e5a980230952a2d21163ed180fa85612c174874db6331ae8d0ad","method":"thing.remove","portal":"default"}','k1',X'66764FC1B52D79C2C3B77CA4AC9736B70CE98776237A2735A42EDD1E17D2F19A');
INSERT INTO "audit" VALUES(37,1750003732600,'change:call:answered','b24bot','CR-1009','{"code":"","method":"thing.remove","milliseconds":5,"verdict":"unknown"}','k1',X'E078F5A822F3AD555C2C9A03955B91D526EAEDE48B2E3AECE623787DC0D2C85B');
INSERT INTO "audit" VALUES(38,1750003732600,'change:execution:ended','b24bot','CR-1009','{"outcome":"The toy said something.","sentence":"The portal''s answer proves nothing, and it could not be read back yet.","status":"unknown"}','k1',X'F9CAC9686045087E9133CB5607F35185463CC3EEB442B254711DF5F0801C6D55');
INSERT INTO "audit" VALUES(39,1750003733900,'change:request:opened','T1:UIDA','CR-1010','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"ae6379bdd450fe77e75c8ba9693f442dd55235b2f4d63bd203280b55659c3757","line":"thing remove running","portal":"default","reason":"","risk":"destroy","target":"thing:running"}','k1',X'C140E70CC33DDC5FEDE11F812A2BA85D802058CA755E4E00CB181F364048D909');
INSERT INTO "audit" VALUES(40,1750003734900,'change:review:approved','T1:UANTON','CR-1010','{"approvals":1,"digest":"ae6379bdd450fe77e75c8ba9693f442dd55235b2f4d63bd203280b55659c3757","quorum":1}','k1',X'52064D7387ADB1842DA2C577E823C69D6657ED413F8DB358A676A3E79EC631AF');
INSERT INTO "audit" VALUES(41,1750003735900,'change:execution:intended','b24bot','CR-1010','{"digest":"ae6379bdd450fe77e75c8ba9693f442dd55235b2f4d63bd203280b55659c3757","method":"thing.remove","portal":"default"}','k1',X'7C9E08E0EF4D1BE2A169C4B61FF50F212E14E46AEB49EBB98C5A08F12AEFC056');
INSERT INTO "audit" VALUES(42,1750003735900,'change:request:opened','T1:UIDA','CR-1011','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"b67982e96e2a31407858a23ac84a7016a5eb17718ef9945507276727c0d0cb5a","line":"thing remove running_undone","portal":"default","reason":"","risk":"destroy","target":"thing:running_undone"}','k1',X'941092963D5EC6CA6EA4A517E7673CD07DD32021BB07962DB71BF28BE0353F5C');
INSERT INTO "audit" VALUES(43,1750003737900,'change:review:approved','T1:UANTON','CR-1011','{"approvals":1,"digest":"b67982e96e2a31407858a23ac84a7016a5eb17718ef9945507276727c0d0cb5a","quorum":1}','k1',X'876356B1EB152F9DB989C9EB0AA10D85AB4CB9770A64F7198331EA13E2209F8C');
INSERT INTO "audit" VALUES(44,1750003739900,'change:execution:intended','b24bot','CR-1011','{"digest":"b67982e96e2a31407858a23ac84a7016a5eb17718ef9945507276727c0d0cb5a","method":"thing.remove","portal":"default"}','k1',X'6202B179C30E51066EF43BA950B1BFFC4DDA34128C35A0537FF3CAB410832BAE');
INSERT INTO "audit" VALUES(45,1750003739900,'change:request:opened','T1:UVERA','CR-1012','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"23fb272cfaec678b26210424ad238fcef3ca61a2e2e6e5496e5b451efb1863cf","line":"thing paint confirm","portal":"default","reason":"","risk":"change","target":"thing:confirm"}','k1',X'9DBDE8BBB2620803CEBA48C2858519905E9DCBF69DE931CECCA2366F6F20AE8B');
INSERT INTO "audit" VALUES(46,1750003741900,'change:request:opened','T1:UVERA','CR-1013','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"170372b03ca60b13269aaa7efa8459868377a576c375860ad3b7a5f0253a869c","line":"thing remove pending","portal":"default","reason":"","risk":"destroy","target":"thing:pending"}','k1',X'FE18BCD316325E7AF92FF0A9A50302C9AEE3052738449B23B344F25271714EFC');
INSERT INTO "audit" VALUES(47,1750003742900,'change:request:opened','T1:UVERA','CR-1014','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277","line":"thing remove approved","portal":"default","reason":"","risk":"destroy","target":"thing:approved"}','k1',X'94C52F0F2F5ABD4B9DAABCDDDB6DDFC2239AF2B7EF8356C07D19BF3143E7DD51');
INSERT INTO "audit" VALUES(48,1750003743900,'change:review:approved','T1:UANTON','CR-1014','{"approvals":1,"digest":"e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277","quorum":1}','k1',X'85E58428EDB6EF861577079DC6AA8265F01375E15D9D8101B1D48D9FF38C4270');
CREATE TABLE changes (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, line TEXT NOT NULL, path TEXT NOT NULL,
        plugin TEXT NOT NULL, place TEXT NOT NULL, place_label TEXT NOT NULL, place_identity TEXT NOT NULL,
        target TEXT NOT NULL, requester TEXT NOT NULL, reason TEXT NOT NULL, risk TEXT NOT NULL, plan TEXT NOT NULL,
        digest TEXT NOT NULL, decision TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        decided_at INTEGER, started_at INTEGER, ended_at INTEGER, outcome TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL, card TEXT, seen TEXT, seen_at INTEGER, card_id TEXT NOT NULL DEFAULT '', lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, reminded_at INTEGER, asked_at INTEGER, settled_by TEXT) STRICT;
INSERT INTO "changes" VALUES(1001,'expired','thing remove expired','thing remove','toy','default','acme.example.com','m-acme','thing:expired','T1:UOLGA','','destroy','{"before":{"expired is":"red"},"calls":[{"method":"thing.remove","note":"Remove expired.","params":{"ID":"expired"}}],"radius":["red expired"],"remember":[{"key":"expired","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove expired","target":"thing:expired","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"expired is":null},"warnings":["It is gone then."]}','26c394282b5476b9356cc5b3e5cb486826f9f340e2dfa7943911241ef5dab3df','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750000001000,1750003601000,NULL,NULL,1750003602000,'Nobody decided in time. Nothing was done.','CAPPR','1.0',NULL,NULL,'de23cabf61d23ef2',NULL,0,0,1750001802000,NULL,NULL);
INSERT INTO "changes" VALUES(1002,'done','thing remove done','thing remove','toy','default','acme.example.com','m-acme','thing:done','T1:UOLGA','','destroy','{"before":{"done is":"red"},"calls":[{"method":"thing.remove","note":"Remove done.","params":{"ID":"done"}}],"radius":["red done"],"remember":[{"key":"done","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove done","target":"thing:done","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"done is":null},"warnings":["It is gone then."]}','9adf4745a1cd31bd6c620a9ceadf93ac3ed1157c025e7307f457beeae4497dc9','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003702000,1750007302000,1750003703000,1750003705300,1750003705300,'Done and verified by reading it back.
• done is: red → absent','CAPPR','13.0',NULL,NULL,'8442db63a94dcfcf','a4a0576589ce8617:2',1750003945300,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1003,'gone','thing remove gone','thing remove','toy','default','acme.example.com','m-acme','thing:gone','T1:UOLGA','','destroy','{"before":{"gone is":"red"},"calls":[{"method":"thing.remove","note":"Remove gone.","params":{"ID":"gone"}}],"radius":["red gone"],"remember":[{"key":"gone","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove gone","target":"thing:gone","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"gone is":null},"warnings":["It is gone then."]}','c4205c596f21299a60b8f33b4c557b7c837d411ef650ce70746fa42fdc263709','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003706600,1750007306600,1750003707600,NULL,1750003709900,'There is no gone.','CAPPR','16.0',NULL,NULL,'17942bcf668936f8',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1004,'failed','thing remove failed','thing remove','toy','default','acme.example.com','m-acme','thing:failed','T1:UOLGA','','destroy','{"before":{"failed is":"red"},"calls":[{"method":"thing.remove","note":"Remove failed.","params":{"ID":"failed"}}],"radius":["red failed"],"remember":[{"key":"failed","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove failed","target":"thing:failed","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"failed is":null},"warnings":["It is gone then."]}','6ce93a9057fc7c553fe0203c9478c2fc6f957a05c3823e2f3852bcfc7d66a9f5','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003711200,1750007311200,1750003712200,1750003714500,1750003714500,'The portal refused. Nothing changed; this was read back.
• It refused.','CAPPR','19.0',NULL,NULL,'7f0c694031f4813a','a4a0576589ce8617:2',1750003954500,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1005,'changed','thing remove changed','thing remove','toy','default','acme.example.com','m-acme','thing:changed','T1:UOLGA','','destroy','{"before":{"changed is":"red"},"calls":[{"method":"thing.remove","note":"Remove changed.","params":{"ID":"changed"}}],"radius":["red changed"],"remember":[{"key":"changed","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove changed","target":"thing:changed","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"changed is":null},"warnings":["It is gone then."]}','e02d055654eac425442dd8bd10174bfe8e08bc0cd58619a6efc22e79d6a2ae29','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003715800,1750007315800,1750003716800,NULL,1750003719100,'Not run: it is no longer as it was when this was approved. Ask again to see the new plan.
• changed is: red → blue','CAPPR','22.0',NULL,NULL,'6f1099ab503dcb77',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1006,'rejected','thing remove rejected','thing remove','toy','default','acme.example.com','m-acme','thing:rejected','T1:UOLGA','','destroy','{"before":{"rejected is":"red"},"calls":[{"method":"thing.remove","note":"Remove rejected.","params":{"ID":"rejected"}}],"radius":["red rejected"],"remember":[{"key":"rejected","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove rejected","target":"thing:rejected","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"rejected is":null},"warnings":["It is gone then."]}','549fb3adb86f838eba17e964dad1e0e4f10d05a17169fca8248ddec3732e1ea9','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003720400,1750007320400,1750003721400,NULL,1750003721400,'Rejected: not now','CAPPR','25.0',NULL,NULL,'7393e72d0664d8c2',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1007,'withdrawn','thing remove withdrawn','thing remove','toy','default','acme.example.com','m-acme','thing:withdrawn','T1:UOLGA','','destroy','{"before":{"withdrawn is":"red"},"calls":[{"method":"thing.remove","note":"Remove withdrawn.","params":{"ID":"withdrawn"}}],"radius":["red withdrawn"],"remember":[{"key":"withdrawn","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove withdrawn","target":"thing:withdrawn","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"withdrawn is":null},"warnings":["It is gone then."]}','a41b76b660c2b275cd462f7feb94ebd04a8a9996253f212f7d7e3fdad6888faf','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003721400,1750007321400,NULL,NULL,1750003723400,'Withdrawn by the person who asked.','CAPPR','27.0',NULL,NULL,'ef3242d0e3feb886',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1008,'unknown','thing remove unknown','thing remove','toy','default','acme.example.com','m-acme','thing:unknown','T1:UOLGA','','destroy','{"before":{"unknown is":"red"},"calls":[{"method":"thing.remove","note":"Remove unknown.","params":{"ID":"unknown"}}],"radius":["red unknown"],"remember":[{"key":"unknown","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove unknown","target":"thing:unknown","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"unknown is":null},"warnings":["It is gone then."]}','792c4da9df8d6a57270423998ca8b2cf04a175861291578a48dad8bac08949b3','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003724700,1750007324700,1750003725700,1750003728000,NULL,'The portal''s answer proves nothing, and it could not be read back yet.
• The toy said something.','CAPPR','29.0',NULL,NULL,'1f0c9062bf881090','a4a0576589ce8617:2',1750003968000,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1009,'unknown','thing remove unknown_undone','thing remove','toy','default','acme.example.com','m-acme','thing:unknown_undone','T1:UOLGA','','destroy','{"before":{"unknown_undone is":"red"},"calls":[{"method":"thing.remove","note":"Remove unknown_undone.","params":{"ID":"unknown_undone"}}],"radius":["red unknown_undone"],"remember":[{"key":"unknown_undone","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove unknown_undone","target":"thing:unknown_undone","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"unknown_undone is":null},"warnings":["It is gone then."]}','c7143791b312e5a980230952a2d21163ed180fa85612c174874db6331ae8d0ad','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003729300,1750007329300,1750003730300,1750003732600,NULL,'The portal''s answer proves nothing, and it could not be read back yet.
• The toy said something.','CAPPR','32.0',NULL,NULL,'8515cca9f9b633b0','a4a0576589ce8617:2',1750003972600,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1010,'running','thing remove running','thing remove','toy','default','acme.example.com','m-acme','thing:running','T1:UIDA','','destroy','{"before":{"running is":"red"},"calls":[{"method":"thing.remove","note":"Remove running.","params":{"ID":"running"}}],"radius":["red running"],"remember":[{"key":"running","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove running","target":"thing:running","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"running is":null},"warnings":["It is gone then."]}','ae6379bdd450fe77e75c8ba9693f442dd55235b2f4d63bd203280b55659c3757','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003733900,1750007333900,1750003734900,1750003735900,NULL,'','CAPPR','35.0',NULL,NULL,'29fbdc08600c9052','a4a0576589ce8617:2',1750003975900,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1011,'running','thing remove running_undone','thing remove','toy','default','acme.example.com','m-acme','thing:running_undone','T1:UIDA','','destroy','{"before":{"running_undone is":"red"},"calls":[{"method":"thing.remove","note":"Remove running_undone.","params":{"ID":"running_undone"}}],"radius":["red running_undone"],"remember":[{"key":"running_undone","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove running_undone","target":"thing:running_undone","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"running_undone is":null},"warnings":["It is gone then."]}','b67982e96e2a31407858a23ac84a7016a5eb17718ef9945507276727c0d0cb5a','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003735900,1750007335900,1750003737900,1750003739900,NULL,'','CAPPR','37.0',NULL,NULL,'b373b239fc3811cc','a4a0576589ce8617:4',1750003979900,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1012,'pending','thing paint confirm','thing paint','toy','default','acme.example.com','m-acme','thing:confirm','T1:UVERA','','change','{"before":{"confirm is":"red"},"calls":[{"method":"thing.paint","note":"Paint confirm blue.","params":{"COLOUR":"blue","ID":"confirm"}}],"radius":[],"remember":[{"key":"confirm","kind":"painted","over":null,"value":{"colour":"blue"}}],"risk":null,"summary":"Paint confirm","target":"thing:confirm","undo":{"calls":[],"kind":"full","line":"thing paint confirm --colour red","sentence":"Paint it back."},"wanted":{"confirm is":"blue"},"warnings":[]}','23fb272cfaec678b26210424ad238fcef3ca61a2e2e6e5496e5b451efb1863cf','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750003739900,1750007339900,NULL,NULL,NULL,'','C0PS','40.0',NULL,NULL,'880e4c80da65ea08',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1013,'pending','thing remove pending','thing remove','toy','default','acme.example.com','m-acme','thing:pending','T1:UVERA','','destroy','{"before":{"pending is":"red"},"calls":[{"method":"thing.remove","note":"Remove pending.","params":{"ID":"pending"}}],"radius":["red pending"],"remember":[{"key":"pending","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove pending","target":"thing:pending","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"pending is":null},"warnings":["It is gone then."]}','170372b03ca60b13269aaa7efa8459868377a576c375860ad3b7a5f0253a869c','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003741900,1750007341900,NULL,NULL,NULL,'','CAPPR','42.0',NULL,NULL,'38f04005682694ff',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1014,'approved','thing remove approved','thing remove','toy','default','acme.example.com','m-acme','thing:approved','T1:UVERA','','destroy','{"before":{"approved is":"red"},"calls":[{"method":"thing.remove","note":"Remove approved.","params":{"ID":"approved"}}],"radius":["red approved"],"remember":[{"key":"approved","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove approved","target":"thing:approved","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"approved is":null},"warnings":["It is gone then."]}','e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750003742900,1750007342900,1750003743900,NULL,NULL,'','CAPPR','43.0',NULL,NULL,'2e6e64a90aad2f2a',NULL,0,0,NULL,NULL,NULL);
CREATE TABLE channels (
        channel TEXT PRIMARY KEY, working INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "channels" VALUES('CAUDIT',1,'',1750003743900);
CREATE TABLE executions (
        number INTEGER NOT NULL REFERENCES changes (number), step INTEGER NOT NULL, method TEXT NOT NULL,
        intended_at INTEGER NOT NULL, verdict TEXT, code TEXT, sentence TEXT, answered_at INTEGER, sent_at INTEGER,
        PRIMARY KEY (number, step)) STRICT;
INSERT INTO "executions" VALUES(1002,0,'thing.remove',1750003705300,'done','','The toy said something.',1750003705300,1750003705300);
INSERT INTO "executions" VALUES(1004,0,'thing.remove',1750003714500,'failed','','It refused.',1750003714500,1750003714500);
INSERT INTO "executions" VALUES(1008,0,'thing.remove',1750003728000,'unknown','','The toy said something.',1750003728000,1750003728000);
INSERT INTO "executions" VALUES(1009,0,'thing.remove',1750003732600,'unknown','','The toy said something.',1750003732600,1750003732600);
INSERT INTO "executions" VALUES(1010,0,'thing.remove',1750003735900,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "executions" VALUES(1011,0,'thing.remove',1750003739900,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE grants (
        team TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, granted_by TEXT NOT NULL,
        granted_at INTEGER NOT NULL, PRIMARY KEY (team, user)) STRICT;
INSERT INTO "grants" VALUES('T1','UOLGA','operator','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UANTON','approver','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UVERA','approver','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UIDA','admin','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UVIKTOR','viewer','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T2','UANTON','admin','local:tester',1750000000000);
CREATE TABLE jobs (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'new',
        attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, created_at INTEGER NOT NULL, rank INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "jobs" VALUES(2,'execute','1010','taken',1,1750003734900,1750003734900,0);
INSERT INTO "jobs" VALUES(4,'execute','1011','taken',1,1750003737900,1750003737900,0);
INSERT INTO "jobs" VALUES(6,'execute','1014','new',0,1750003743900,1750003743900,0);
INSERT INTO "jobs" VALUES(7,'inbound','{"kind": "slash", "key": "key-27", "person": {"team": "T1", "user": "UOLGA"}, "channel": "C0PS", "text": "thing remove typed", "answer_url": "https://hooks.slack.com/commands/1"}','new',0,1750003745900,1750003745900,1);
CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'new', attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL,
        created_at INTEGER NOT NULL, sent_at INTEGER, error TEXT NOT NULL DEFAULT '', number INTEGER NOT NULL DEFAULT 0, channel TEXT NOT NULL DEFAULT '', died_at INTEGER) STRICT;
INSERT INTO "outbox" VALUES(1,'audit:1','audit','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(2,'audit:2','audit','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(3,'audit:3','audit','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(4,'audit:4','audit','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(5,'audit:5','audit','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(6,'audit:6','audit','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(7,'audit:7','audit','','sent',1,1750000001000,1750000001000,1750000001000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(8,'card:1001','card','','sent',1,1750003602000,1750000001000,1750003602000,'',1001,'',NULL);
INSERT INTO "outbox" VALUES(9,'whisper:2266a3ae937dc96e','whisper','','sent',1,1750000001000,1750000001000,1750000001000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(10,'thread:1001:eec66236c5486bc7','thread','','sent',1,1750001802000,1750001802000,1750001802000,'',1001,'',NULL);
INSERT INTO "outbox" VALUES(11,'audit:8','audit','','sent',1,1750003602000,1750003602000,1750003602000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(12,'thread:1001:79b77b37c207d903','thread','','sent',1,1750003602000,1750003602000,1750003602000,'',1001,'',NULL);
INSERT INTO "outbox" VALUES(13,'audit:9','audit','','sent',1,1750003702000,1750003702000,1750003702000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(14,'card:1002','card','','sent',1,1750003705300,1750003702000,1750003705300,'',1002,'',NULL);
INSERT INTO "outbox" VALUES(15,'whisper:e1247cd519078be6','whisper','','sent',1,1750003702000,1750003702000,1750003702000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(16,'audit:10','audit','','sent',1,1750003703000,1750003703000,1750003703000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(17,'thread:1002:0ead2c7cd230fe27','thread','','sent',1,1750003703000,1750003703000,1750003703000,'',1002,'',NULL);
INSERT INTO "outbox" VALUES(18,'audit:11','audit','','sent',1,1750003705300,1750003705300,1750003705300,'',0,'',NULL);
INSERT INTO "outbox" VALUES(19,'audit:13','audit','','sent',1,1750003705300,1750003705300,1750003705300,'',0,'',NULL);
INSERT INTO "outbox" VALUES(20,'thread:1002:7c74df14237e6eaf','thread','','sent',1,1750003705300,1750003705300,1750003705300,'',1002,'',NULL);
INSERT INTO "outbox" VALUES(21,'audit:14','audit','','sent',1,1750003706600,1750003706600,1750003706600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(22,'card:1003','card','','sent',1,1750003709900,1750003706600,1750003709900,'',1003,'',NULL);
INSERT INTO "outbox" VALUES(23,'whisper:2cae288ce6b6881b','whisper','','sent',1,1750003706600,1750003706600,1750003706600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(24,'audit:15','audit','','sent',1,1750003707600,1750003707600,1750003707600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(25,'thread:1003:5f7d27a3c9a0e7a4','thread','','sent',1,1750003707600,1750003707600,1750003707600,'',1003,'',NULL);
INSERT INTO "outbox" VALUES(26,'audit:16','audit','','sent',1,1750003709900,1750003709900,1750003709900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(27,'thread:1003:1004fe9c9e8ae59b','thread','','sent',1,1750003709900,1750003709900,1750003709900,'',1003,'',NULL);
INSERT INTO "outbox" VALUES(28,'audit:17','audit','','sent',1,1750003711200,1750003711200,1750003711200,'',0,'',NULL);
INSERT INTO "outbox" VALUES(29,'card:1004','card','','sent',1,1750003714500,1750003711200,1750003714500,'',1004,'',NULL);
INSERT INTO "outbox" VALUES(30,'whisper:0d43611cc5e88265','whisper','','sent',1,1750003711200,1750003711200,1750003711200,'',0,'',NULL);
INSERT INTO "outbox" VALUES(31,'audit:18','audit','','sent',1,1750003712200,1750003712200,1750003712200,'',0,'',NULL);
INSERT INTO "outbox" VALUES(32,'thread:1004:ce50b798ffe2814f','thread','','sent',1,1750003712200,1750003712200,1750003712200,'',1004,'',NULL);
INSERT INTO "outbox" VALUES(33,'audit:19','audit','','sent',1,1750003714500,1750003714500,1750003714500,'',0,'',NULL);
INSERT INTO "outbox" VALUES(34,'audit:21','audit','','sent',1,1750003714500,1750003714500,1750003714500,'',0,'',NULL);
INSERT INTO "outbox" VALUES(35,'thread:1004:19167eb13248a20c','thread','','sent',1,1750003714500,1750003714500,1750003714500,'',1004,'',NULL);
INSERT INTO "outbox" VALUES(36,'audit:22','audit','','sent',1,1750003715800,1750003715800,1750003715800,'',0,'',NULL);
INSERT INTO "outbox" VALUES(37,'card:1005','card','','sent',1,1750003719100,1750003715800,1750003719100,'',1005,'',NULL);
INSERT INTO "outbox" VALUES(38,'whisper:e3bdbf44bc1fa449','whisper','','sent',1,1750003715800,1750003715800,1750003715800,'',0,'',NULL);
INSERT INTO "outbox" VALUES(39,'audit:23','audit','','sent',1,1750003716800,1750003716800,1750003716800,'',0,'',NULL);
INSERT INTO "outbox" VALUES(40,'thread:1005:5a5598f7dada0c72','thread','','sent',1,1750003716800,1750003716800,1750003716800,'',1005,'',NULL);
INSERT INTO "outbox" VALUES(41,'audit:24','audit','','sent',1,1750003719100,1750003719100,1750003719100,'',0,'',NULL);
INSERT INTO "outbox" VALUES(42,'thread:1005:c0e8170f58aa6039','thread','','sent',1,1750003719100,1750003719100,1750003719100,'',1005,'',NULL);
INSERT INTO "outbox" VALUES(43,'audit:25','audit','','sent',1,1750003720400,1750003720400,1750003720400,'',0,'',NULL);
INSERT INTO "outbox" VALUES(44,'card:1006','card','','sent',1,1750003721400,1750003720400,1750003721400,'',1006,'',NULL);
INSERT INTO "outbox" VALUES(45,'whisper:5195f8de7e672ec4','whisper','','sent',1,1750003720400,1750003720400,1750003720400,'',0,'',NULL);
INSERT INTO "outbox" VALUES(46,'audit:26','audit','','sent',1,1750003721400,1750003721400,1750003721400,'',0,'',NULL);
INSERT INTO "outbox" VALUES(47,'thread:1006:581bdbbac269dd71','thread','','sent',1,1750003721400,1750003721400,1750003721400,'',1006,'',NULL);
INSERT INTO "outbox" VALUES(48,'audit:27','audit','','sent',1,1750003721400,1750003721400,1750003721400,'',0,'',NULL);
INSERT INTO "outbox" VALUES(49,'card:1007','card','','sent',1,1750003723400,1750003721400,1750003723400,'',1007,'',NULL);
INSERT INTO "outbox" VALUES(50,'whisper:70016d2ac6a432a9','whisper','','sent',1,1750003721400,1750003721400,1750003721400,'',0,'',NULL);
INSERT INTO "outbox" VALUES(51,'audit:28','audit','','sent',1,1750003723400,1750003723400,1750003723400,'',0,'',NULL);
INSERT INTO "outbox" VALUES(52,'thread:1007:9222d8c2e3ed7689','thread','','sent',1,1750003723400,1750003723400,1750003723400,'',1007,'',NULL);
INSERT INTO "outbox" VALUES(53,'whisper:3ecd91bc05c25176','whisper','','sent',1,1750003723400,1750003723400,1750003723400,'',0,'',NULL);
INSERT INTO "outbox" VALUES(54,'audit:29','audit','','sent',1,1750003724700,1750003724700,1750003724700,'',0,'',NULL);
INSERT INTO "outbox" VALUES(55,'card:1008','card','','sent',1,1750003728000,1750003724700,1750003728000,'',1008,'',NULL);
INSERT INTO "outbox" VALUES(56,'whisper:ae90fadf07e24b30','whisper','','sent',1,1750003724700,1750003724700,1750003724700,'',0,'',NULL);
INSERT INTO "outbox" VALUES(57,'audit:30','audit','','sent',1,1750003725700,1750003725700,1750003725700,'',0,'',NULL);
INSERT INTO "outbox" VALUES(58,'thread:1008:a0c94c497413cf98','thread','','sent',1,1750003725700,1750003725700,1750003725700,'',1008,'',NULL);
INSERT INTO "outbox" VALUES(59,'audit:31','audit','','sent',1,1750003728000,1750003728000,1750003728000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(60,'audit:33','audit','','sent',1,1750003728000,1750003728000,1750003728000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(61,'thread:1008:7fe8c461039caff5','thread','','sent',1,1750003728000,1750003728000,1750003728000,'',1008,'',NULL);
INSERT INTO "outbox" VALUES(62,'audit:34','audit','','sent',1,1750003729300,1750003729300,1750003729300,'',0,'',NULL);
INSERT INTO "outbox" VALUES(63,'card:1009','card','','sent',1,1750003732600,1750003729300,1750003732600,'',1009,'',NULL);
INSERT INTO "outbox" VALUES(64,'whisper:b128117e59866691','whisper','','sent',1,1750003729300,1750003729300,1750003729300,'',0,'',NULL);
INSERT INTO "outbox" VALUES(65,'audit:35','audit','','sent',1,1750003730300,1750003730300,1750003730300,'',0,'',NULL);
INSERT INTO "outbox" VALUES(66,'thread:1009:5ef4807c2a1b5177','thread','','sent',1,1750003730300,1750003730300,1750003730300,'',1009,'',NULL);
INSERT INTO "outbox" VALUES(67,'audit:36','audit','','sent',1,1750003732600,1750003732600,1750003732600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(68,'audit:38','audit','','sent',1,1750003732600,1750003732600,1750003732600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(69,'thread:1009:ae36533d57260bcf','thread','','sent',1,1750003732600,1750003732600,1750003732600,'',1009,'',NULL);
INSERT INTO "outbox" VALUES(70,'audit:39','audit','','sent',1,1750003733900,1750003733900,1750003733900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(71,'card:1010','card','','sent',1,1750003735900,1750003733900,1750003736900,'',1010,'',NULL);
INSERT INTO "outbox" VALUES(72,'whisper:5299e11cb60d7e0d','whisper','','sent',1,1750003733900,1750003733900,1750003733900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(73,'audit:40','audit','','sent',1,1750003734900,1750003734900,1750003734900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(74,'thread:1010:d6716a5a4ef7cb7d','thread','','sent',1,1750003734900,1750003734900,1750003734900,'',1010,'',NULL);
INSERT INTO "outbox" VALUES(75,'audit:41','audit','','sent',1,1750003735900,1750003735900,1750003735900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(76,'audit:42','audit','','sent',1,1750003735900,1750003735900,1750003735900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(77,'card:1011','card','','sent',1,1750003739900,1750003735900,1750003740900,'',1011,'',NULL);
INSERT INTO "outbox" VALUES(78,'whisper:c26ff3510dc6e5bd','whisper','','sent',1,1750003735900,1750003735900,1750003735900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(79,'audit:43','audit','','sent',1,1750003737900,1750003737900,1750003737900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(80,'thread:1011:fb375c7612d668fe','thread','','sent',1,1750003737900,1750003737900,1750003737900,'',1011,'',NULL);
INSERT INTO "outbox" VALUES(81,'audit:44','audit','','sent',1,1750003739900,1750003739900,1750003739900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(82,'audit:45','audit','','sent',1,1750003739900,1750003739900,1750003739900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(83,'card:1012','card','','sent',1,1750003739900,1750003739900,1750003739900,'',1012,'',NULL);
INSERT INTO "outbox" VALUES(84,'whisper:b0c8161194ea3fb7','whisper','','sent',1,1750003739900,1750003739900,1750003739900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(85,'audit:46','audit','','sent',1,1750003741900,1750003741900,1750003741900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(86,'card:1013','card','','sent',1,1750003741900,1750003741900,1750003741900,'',1013,'',NULL);
INSERT INTO "outbox" VALUES(87,'whisper:d453c9e5e3818776','whisper','','sent',1,1750003741900,1750003741900,1750003741900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(88,'audit:47','audit','','sent',1,1750003742900,1750003742900,1750003742900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(89,'card:1014','card','','sent',1,1750003743900,1750003742900,1750003743900,'',1014,'',NULL);
INSERT INTO "outbox" VALUES(90,'whisper:660654f8082657bc','whisper','','sent',1,1750003742900,1750003742900,1750003742900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(91,'audit:48','audit','','sent',1,1750003743900,1750003743900,1750003743900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(92,'thread:1014:d56612d323cfcba8','thread','','sent',1,1750003743900,1750003743900,1750003743900,'',1014,'',NULL);
CREATE TABLE people (
        team TEXT NOT NULL, user TEXT NOT NULL, standing TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (team, user)) STRICT;
INSERT INTO "people" VALUES('T1','UOLGA','member',1750003702000);
INSERT INTO "people" VALUES('T1','UANTON','member',1750003702000);
INSERT INTO "people" VALUES('T1','UIDA','member',1750003733900);
INSERT INTO "people" VALUES('T1','UVERA','member',1750003739900);
CREATE TABLE receipts (key TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "receipts" VALUES('key-1','e42f17220820234350ea923b97b78e7214cc8c5331d014912257ca2c5bb12bf3',1750000001000);
INSERT INTO "receipts" VALUES('key-2','d3f5fcf945c643dc0e9eead4b23a7c9695d8aa6f06f0a741b50aa0f68da31798',1750003702000);
INSERT INTO "receipts" VALUES('key-3','fcbf2b3de1bf73e778be6f3f945142a92283f560c9c80cdecff401926bd71932',1750003703000);
INSERT INTO "receipts" VALUES('key-4','6bc45b266de680796b23e451772f8f966726905650ba0d24f7561b24fa846ab0',1750003706600);
INSERT INTO "receipts" VALUES('key-5','4d2c667e7f8654c2ecbfb95a16541e60ffc86d8b1cf9ef639116f7998b2c46a8',1750003707600);
INSERT INTO "receipts" VALUES('key-6','1f3b708ff887fa6709716ed1052b0c420e429400a2053c908dfd37c3927eff30',1750003711200);
INSERT INTO "receipts" VALUES('key-7','68975a7d7ae722adc1c8423cc068481fd735df805213c42091e5bd282ae58e09',1750003712200);
INSERT INTO "receipts" VALUES('key-8','af4bdf058f591f831be37fb2a0676e932f09641ac32e2a63baa5664ab0971dfb',1750003715800);
INSERT INTO "receipts" VALUES('key-9','f0e429b6191b598e3a37c4dd2da818ce1bbab9e2af77fc213cb47e627378c52d',1750003716800);
INSERT INTO "receipts" VALUES('key-10','21b89a4192b81e19ae4361c65b8523df398477d633d03c34d7a26104ec069eb7',1750003720400);
INSERT INTO "receipts" VALUES('key-11','5b68e2b0a38de6b267e498f0b8bbbbb47ba0e8111f2bda46755ac28b72a232dd',1750003721400);
INSERT INTO "receipts" VALUES('key-12','64fec8149d77d509fbedbea60914d253b77a7495e7023996de198c916cbd7be8',1750003721400);
INSERT INTO "receipts" VALUES('key-13','7123da3a6c51e336fc6b625919e85530094bf7f7454efeee800e06b14c01bf84',1750003721400);
INSERT INTO "receipts" VALUES('key-14','6769f8acaf36ab1f2466b8d8b5aab5660ad982195048651aead790058eeb3ee5',1750003723400);
INSERT INTO "receipts" VALUES('key-15','e57c677228a77ee142d3fa0fb2969a11bc7abadc7102326d3afea31640de9040',1750003724700);
INSERT INTO "receipts" VALUES('key-16','68aebc37f59daf03d8b88bbe7cf985eceb5a412753203a0717ebe2fa3135d50e',1750003725700);
INSERT INTO "receipts" VALUES('key-17','dd6e720d4da11169cc4bc11aca76188098653622a89043eef2f482908f640962',1750003729300);
INSERT INTO "receipts" VALUES('key-18','1a2589d8168fe63f4f3401261c9ecb1b89c3bfc28d7fc2f56187d80a1b20e4fd',1750003730300);
INSERT INTO "receipts" VALUES('key-19','7001145d4efb51371091c85e9184ee1d706c15e022bb829b424e6a9752aa46d1',1750003733900);
INSERT INTO "receipts" VALUES('key-20','b16763c717f5642a6522302450ec182e26325a6730842ef5a4991e16e0d3b066',1750003734900);
INSERT INTO "receipts" VALUES('key-21','54356631919c10ec15e88ef9bd65b7054e55cffe47f65a8e49a0459efa4004cf',1750003735900);
INSERT INTO "receipts" VALUES('key-22','fee165691aa6264f9da70e9e9f2ac456ae690812d74c3732cfa73f3fe042974e',1750003737900);
INSERT INTO "receipts" VALUES('key-23','243fda0e881fddda5a87694453a1203707df037aba0b9f44e8916292625a7db8',1750003739900);
INSERT INTO "receipts" VALUES('key-24','78753c343ec386d6456087b071d3d5a34aa9d9fdd8c0e12c984b5f28b471d55b',1750003741900);
INSERT INTO "receipts" VALUES('key-25','f7cf2b7b698c7a065fa1275412bb9f7b41d6989f21833f1c2bb728dab9c20fd7',1750003742900);
INSERT INTO "receipts" VALUES('key-26','de32be9f4bbd1ac352f7e63d936742930171ecb26e8538f2e32a843c9b5c5a6b',1750003743900);
INSERT INTO "receipts" VALUES('key-27','187bc0249abc29491e340546e7d8505d7699d000229b8052a27a6e7f79a9523d',1750003745900);
CREATE TABLE records (
        plugin TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (plugin, kind, key)) STRICT;
CREATE TABLE reviews (
        number INTEGER NOT NULL REFERENCES changes (number), reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
        reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (number, reviewer)) STRICT;
INSERT INTO "reviews" VALUES(1002,'T1:UANTON','approve','',1750003703000);
INSERT INTO "reviews" VALUES(1003,'T1:UANTON','approve','',1750003707600);
INSERT INTO "reviews" VALUES(1004,'T1:UANTON','approve','',1750003712200);
INSERT INTO "reviews" VALUES(1005,'T1:UANTON','approve','',1750003716800);
INSERT INTO "reviews" VALUES(1006,'T1:UANTON','reject','not now',1750003721400);
INSERT INTO "reviews" VALUES(1008,'T1:UANTON','approve','',1750003725700);
INSERT INTO "reviews" VALUES(1009,'T1:UANTON','approve','',1750003730300);
INSERT INTO "reviews" VALUES(1010,'T1:UANTON','approve','',1750003734900);
INSERT INTO "reviews" VALUES(1011,'T1:UANTON','approve','',1750003737900);
INSERT INTO "reviews" VALUES(1014,'T1:UANTON','approve','',1750003743900);
CREATE TABLE secrets (
        plugin TEXT NOT NULL, name TEXT NOT NULL, box BLOB NOT NULL, generation INTEGER NOT NULL,
        lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (plugin, name)) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX jobs_due ON jobs (state, due_at);
CREATE UNIQUE INDEX changes_one_open ON changes (place_identity, target) WHERE status IN ('pending', 'approved', 'running', 'unknown');
CREATE INDEX changes_status ON changes (status, expires_at);
CREATE INDEX audit_subject ON audit (subject, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX outbox_due ON outbox (state, due_at);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
       WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER changes_arrows BEFORE UPDATE OF status ON changes
       WHEN OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ('pending>approved', 'pending>expired', 'pending>rejected', 'pending>withdrawn', 'approved>changed', 'approved>expired', 'approved>failed', 'approved>gone', 'approved>running', 'approved>withdrawn', 'running>done', 'running>failed', 'running>gone', 'running>unknown', 'unknown>done', 'unknown>failed', 'unknown>gone')
       BEGIN SELECT RAISE(ABORT, 'a change request cannot take that step'); END;
CREATE INDEX changes_requester ON changes (requester, status);
CREATE INDEX audit_tag ON audit (tag, seq);
CREATE INDEX outbox_order ON outbox (state, kind, id);
CREATE INDEX outbox_number ON outbox (number, kind, state);
COMMIT;
