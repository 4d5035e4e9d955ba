BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'b24bot','m001_first','2026-11-30 17:37:16.911623+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'b24bot','m002_standing_and_leases','2026-11-30 17:37:16.915567+00:00');
CREATE TABLE audit (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, tag TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
        facts TEXT NOT NULL, key_id TEXT NOT NULL, mac BLOB NOT NULL) STRICT;
INSERT INTO "audit" VALUES(1,1750000000000,'access:grant:added','local:tester','T1:UOLGA','{"role":"operator"}','k1',X'A7143C323F9E3BB9AA2D8943F5383FF2C8F37F136C6A5982031F5029E5AF0D59');
INSERT INTO "audit" VALUES(2,1750000000000,'access:grant:added','local:tester','T1:UANTON','{"role":"approver"}','k1',X'EF43EA72199F338EEC2A33FF5D6A1D82498AC31D5AA4B776B5CF74A042EF97CB');
INSERT INTO "audit" VALUES(3,1750000000000,'access:grant:added','local:tester','T1:UVERA','{"role":"approver"}','k1',X'44E7109EF89C5AE8387544F85A2B9681B0DD85775CF5AAF812876854EFE11B7F');
INSERT INTO "audit" VALUES(4,1750000000000,'access:grant:added','local:tester','T1:UIDA','{"role":"admin"}','k1',X'C06C5A6908B60F27219651EE61834DF0060216FBB24B0380C8E86A12B42586DC');
INSERT INTO "audit" VALUES(5,1750000000000,'access:grant:added','local:tester','T1:UVIKTOR','{"role":"viewer"}','k1',X'FDE1F97B995E940FCE35C0D9219F8105DEE1C11BD53EF01C0C0CCBDCFEBFB1BB');
INSERT INTO "audit" VALUES(6,1750000000000,'access:grant:added','local:tester','T2:UANTON','{"role":"admin"}','k1',X'655A5DC13B053DE5354D89A1089EA473F07F0811F360F0278A9EA488CBC2D0C5');
INSERT INTO "audit" VALUES(7,1750000000000,'change:request:opened','T1:UOLGA','CR-1001','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"cccbfc8417d5882c9e2c09a31de851363e7c4cfc9ca7c83d4c421b4f80b581a6","line":"thing paint done --colour ''https://x.example/?api-key=q7hush7q''","portal":"default","reason":"https://x.example/?api-key=q7hush7q","risk":"change","target":"thing:done"}','k1',X'A40BE70437A04ED6EB2C1F56C7911A0944A3B71CDBA223D37BBDD589325519E9');
INSERT INTO "audit" VALUES(8,1750000001000,'change:review:approved','T1:UOLGA','CR-1001','{"approvals":1,"digest":"cccbfc8417d5882c9e2c09a31de851363e7c4cfc9ca7c83d4c421b4f80b581a6","quorum":1}','k1',X'97C83E1D8C38DEFABF5FD3C43A50ADA1609524A7471D85CDC5722C4EC7DE582D');
INSERT INTO "audit" VALUES(9,1750000002300,'change:execution:intended','b24bot','CR-1001','{"digest":"cccbfc8417d5882c9e2c09a31de851363e7c4cfc9ca7c83d4c421b4f80b581a6","method":"thing.paint","portal":"default"}','k1',X'04CB0E615C12ABF600135FEC282663A81E338014CAEA25109DC17511730E1C28');
INSERT INTO "audit" VALUES(10,1750000002300,'change:call:answered','b24bot','CR-1001','{"code":"","method":"thing.paint","milliseconds":5,"verdict":"done"}','k1',X'F9542C183860D940D7005359E868C7C60461C2CB4510DB31A69B858E3109EC48');
INSERT INTO "audit" VALUES(11,1750000002300,'change:execution:ended','b24bot','CR-1001','{"outcome":"done is: red → https://x.example/?api-key=q7hush7q","sentence":"Done and verified by reading it back.","status":"done"}','k1',X'179A15E60AC4773D52F8983BFE036C5035FC796E4733E8D2215BC4C4C3CFEC35');
INSERT INTO "audit" VALUES(12,1750000003600,'change:request:opened','T1:UOLGA','CR-1002','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"f91636db53f95622b3d2088caa9d6a9c361f97f86161a0466d86c53e5bf358a9","line":"thing paint failed --colour ''https://x.example/?api-key=q7hush7q''","portal":"default","reason":"https://x.example/?api-key=q7hush7q","risk":"change","target":"thing:failed"}','k1',X'CD6A608825D83585145B7882056D32CB581655AF15D7D2DC9BFBFD76900B5285');
INSERT INTO "audit" VALUES(13,1750000004600,'change:review:approved','T1:UOLGA','CR-1002','{"approvals":1,"digest":"f91636db53f95622b3d2088caa9d6a9c361f97f86161a0466d86c53e5bf358a9","quorum":1}','k1',X'CCF6609A62D4E948BE3AB0EB227D1EF09B024094673D29AF443365C4B26B93BB');
INSERT INTO "audit" VALUES(14,1750000005900,'change:execution:intended','b24bot','CR-1002','{"digest":"f91636db53f95622b3d2088caa9d6a9c361f97f86161a0466d86c53e5bf358a9","method":"thing.paint","portal":"default"}','k1',X'C35F496B4CB230726DFD0AE5769697EA5BEB0B53A8068B5E270DFAE3F916FC9A');
INSERT INTO "audit" VALUES(15,1750000005900,'change:call:answered','b24bot','CR-1002','{"code":"","method":"thing.paint","milliseconds":5,"verdict":"failed"}','k1',X'615D6104C3CA9D6562BB9C8F02F435E990F7ACC5928BD02FF087A8D4272F1C7D');
INSERT INTO "audit" VALUES(16,1750000005900,'change:execution:ended','b24bot','CR-1002','{"outcome":"It said https://x.example/?api-key=q7hush7q","sentence":"The portal refused. Nothing changed; this was read back.","status":"failed"}','k1',X'2776A7A0F141DAAE8E0BCA90E523CCB7766038B75F9083F7509774BE57382B57');
INSERT INTO "audit" VALUES(17,1750000007200,'change:request:opened','T1:UOLGA','CR-1003','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"549fb3adb86f838eba17e964dad1e0e4f10d05a17169fca8248ddec3732e1ea9","line":"thing remove rejected","portal":"default","reason":"https://x.example/?api-key=q7hush7q","risk":"destroy","target":"thing:rejected"}','k1',X'E62E37C1E12FF2D8D7D4C213F4B48D7D5D0C7AB5B1C657F57DB85A5FAE216B3E');
INSERT INTO "audit" VALUES(18,1750000008200,'change:review:rejected','T1:UANTON','CR-1003','{"digest":"549fb3adb86f838eba17e964dad1e0e4f10d05a17169fca8248ddec3732e1ea9","reason":"see https://x.example/?api-key=q7hush7q"}','k1',X'5B24AB654360022D5AA63BFF1CE496007A0350ABF6B965E4C1066A4863969CED');
INSERT INTO "audit" VALUES(19,1750000009500,'change:request:opened','T1:UOLGA','CR-1004','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"84f96b5b16aefaa2ced74f6cd4534df0a2f338e5ebc1c05548a8003635c20a32","line":"thing paint unknown --colour ''https://x.example/?api-key=q7hush7q''","portal":"default","reason":"https://x.example/?api-key=q7hush7q","risk":"change","target":"thing:unknown"}','k1',X'C8CAF90196BFADBEC434852174C8DDF7D9F09DDFE42C003FB02080521BE2BA21');
INSERT INTO "audit" VALUES(20,1750000010500,'change:review:approved','T1:UOLGA','CR-1004','{"approvals":1,"digest":"84f96b5b16aefaa2ced74f6cd4534df0a2f338e5ebc1c05548a8003635c20a32","quorum":1}','k1',X'B17010F91540C4E1B5FF1D0C1B89B75A8D2B904C25C53A6762C94606889CF2C1');
INSERT INTO "audit" VALUES(21,1750000011800,'change:execution:intended','b24bot','CR-1004','{"digest":"84f96b5b16aefaa2ced74f6cd4534df0a2f338e5ebc1c05548a8003635c20a32","method":"thing.paint","portal":"default"}','k1',X'71DDC7D257E764AAFA8488A5805098D62CC542235B4487C7AF749D5C6DBDEC4A');
INSERT INTO "audit" VALUES(22,1750000011800,'change:call:answered','b24bot','CR-1004','{"code":"","method":"thing.paint","milliseconds":5,"verdict":"unknown"}','k1',X'0A47950719379E12737758C80DFBEC59FC2BEABDBEF6F1D1F1112DD56FB6B79B');
INSERT INTO "audit" VALUES(23,1750000011800,'change:execution:ended','b24bot','CR-1004','{"outcome":"It said https://x.example/?api-key=q7hush7q","sentence":"The portal''s answer proves nothing, and no effect is to be seen yet.","status":"unknown"}','k1',X'4F8A8B55119FD9883D31EEB94C981D6717382A432D91AB0EE4DD60C81DBFB6CC');
INSERT INTO "audit" VALUES(24,1750000013100,'change:request:opened','T1:UOLGA','CR-1005','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"0a6e1c84ae70f8e97b1940af611dddf3fcf5569136b2cdac36a988932dbdc698","line":"thing paint confirm --colour ''https://x.example/?api-key=q7hush7q''","portal":"default","reason":"https://x.example/?api-key=q7hush7q","risk":"change","target":"thing:confirm"}','k1',X'FD5C2D29E247DC9632917EEE49EA9C3B042C931C8608BD9B942F7807A46BD173');
INSERT INTO "audit" VALUES(25,1750000014100,'change:request:opened','T1:UOLGA','CR-1006','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"170372b03ca60b13269aaa7efa8459868377a576c375860ad3b7a5f0253a869c","line":"thing remove pending","portal":"default","reason":"https://x.example/?api-key=q7hush7q","risk":"destroy","target":"thing:pending"}','k1',X'51A90D50A310ADE082C65B0E451967C73E948DD259F11E6C0E9B30A739F50990');
INSERT INTO "audit" VALUES(26,1750000015100,'change:request:opened','T1:UOLGA','CR-1007','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277","line":"thing remove approved","portal":"default","reason":"https://x.example/?api-key=q7hush7q","risk":"destroy","target":"thing:approved"}','k1',X'C78F6A904271EE24983A170B011ABD7816241501F3EB28D86E81BB20116FEAC2');
INSERT INTO "audit" VALUES(27,1750000016100,'change:review:approved','T1:UANTON','CR-1007','{"approvals":1,"digest":"e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277","quorum":1}','k1',X'C70D9F12B20F9D56301655EF70A9D46A4A930B3A0BE157352407B3713D839489');
INSERT INTO "audit" VALUES(28,1750000016100,'bot:freeze:set','T1:UOLGA','b24bot','{"reason":"it sends https://x.example/?api-key=q7hush7q"}','k1',X'A9F959C09208B5B17F5542468F2F5B5CF4118DD70E3A26FF104274FA84C80399');
INSERT INTO "audit" VALUES(29,1750000016100,'command:line:ran','T1:UOLGA','T1:UOLGA','{"line":"freeze ''it sends https://x.example/?api-key=q7hush7q''"}','k1',X'81963A2686377FAA9235507ABCAA4E3527E33066AA1648C635C02E5B819AF9F3');
CREATE TABLE changes (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, line TEXT NOT NULL, path TEXT NOT NULL,
        plugin TEXT NOT NULL, place TEXT NOT NULL, place_label TEXT NOT NULL, place_identity TEXT NOT NULL,
        target TEXT NOT NULL, requester TEXT NOT NULL, reason TEXT NOT NULL, risk TEXT NOT NULL, plan TEXT NOT NULL,
        digest TEXT NOT NULL, decision TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        decided_at INTEGER, started_at INTEGER, ended_at INTEGER, outcome TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL, card TEXT, seen TEXT, seen_at INTEGER, card_id TEXT NOT NULL DEFAULT '', lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, reminded_at INTEGER, asked_at INTEGER, settled_by TEXT) STRICT;
INSERT INTO "changes" VALUES(1001,'done','thing paint done --colour ''https://x.example/?api-key=q7hush7q''','thing paint','toy','default','acme.example.com','m-acme','thing:done','T1:UOLGA','https://x.example/?api-key=q7hush7q','change','{"before":{"done is":"red"},"calls":[{"method":"thing.paint","note":"Paint done https://x.example/?api-key=q7hush7q.","params":{"COLOUR":"https://x.example/?api-key=q7hush7q","ID":"done"}}],"radius":[],"remember":[{"key":"done","kind":"painted","over":null,"value":{"colour":"https://x.example/?api-key=q7hush7q"}}],"risk":null,"summary":"Paint done","target":"thing:done","undo":{"calls":[],"kind":"full","line":"thing paint done --colour red","sentence":"Paint it back."},"wanted":{"done is":"https://x.example/?api-key=q7hush7q"},"warnings":[]}','cccbfc8417d5882c9e2c09a31de851363e7c4cfc9ca7c83d4c421b4f80b581a6','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750000000000,1750003600000,1750000001000,1750000002300,1750000002300,'Done and verified by reading it back.
• done is: red → https://x.example/?api-key=q7hush7q','C0PS','1.0',NULL,NULL,'4e76029b4303e077','d1c45663be646f9d:2',1750000242300,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1002,'failed','thing paint failed --colour ''https://x.example/?api-key=q7hush7q''','thing paint','toy','default','acme.example.com','m-acme','thing:failed','T1:UOLGA','https://x.example/?api-key=q7hush7q','change','{"before":{"failed is":"red"},"calls":[{"method":"thing.paint","note":"Paint failed https://x.example/?api-key=q7hush7q.","params":{"COLOUR":"https://x.example/?api-key=q7hush7q","ID":"failed"}}],"radius":[],"remember":[{"key":"failed","kind":"painted","over":null,"value":{"colour":"https://x.example/?api-key=q7hush7q"}}],"risk":null,"summary":"Paint failed","target":"thing:failed","undo":{"calls":[],"kind":"full","line":"thing paint failed --colour red","sentence":"Paint it back."},"wanted":{"failed is":"https://x.example/?api-key=q7hush7q"},"warnings":[]}','f91636db53f95622b3d2088caa9d6a9c361f97f86161a0466d86c53e5bf358a9','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750000003600,1750003603600,1750000004600,1750000005900,1750000005900,'The portal refused. Nothing changed; this was read back.
• It said https://x.example/?api-key=q7hush7q','C0PS','4.0',NULL,NULL,'2c7d55191866dcc3','d1c45663be646f9d:2',1750000245900,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1003,'rejected','thing remove rejected','thing remove','toy','default','acme.example.com','m-acme','thing:rejected','T1:UOLGA','https://x.example/?api-key=q7hush7q','destroy','{"before":{"rejected is":"red"},"calls":[{"method":"thing.remove","note":"Remove rejected.","params":{"ID":"rejected"}}],"radius":["red rejected"],"remember":[{"key":"rejected","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove rejected","target":"thing:rejected","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"rejected is":null},"warnings":["It is gone then."]}','549fb3adb86f838eba17e964dad1e0e4f10d05a17169fca8248ddec3732e1ea9','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750000007200,1750003607200,1750000008200,NULL,1750000008200,'Rejected: see https://x.example/?api-key=q7hush7q','CAPPR','7.0',NULL,NULL,'5e75bdce6e73d2fd',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1004,'unknown','thing paint unknown --colour ''https://x.example/?api-key=q7hush7q''','thing paint','toy','default','acme.example.com','m-acme','thing:unknown','T1:UOLGA','https://x.example/?api-key=q7hush7q','change','{"before":{"unknown is":"red"},"calls":[{"method":"thing.paint","note":"Paint unknown https://x.example/?api-key=q7hush7q.","params":{"COLOUR":"https://x.example/?api-key=q7hush7q","ID":"unknown"}}],"radius":[],"remember":[{"key":"unknown","kind":"painted","over":null,"value":{"colour":"https://x.example/?api-key=q7hush7q"}}],"risk":null,"summary":"Paint unknown","target":"thing:unknown","undo":{"calls":[],"kind":"full","line":"thing paint unknown --colour red","sentence":"Paint it back."},"wanted":{"unknown is":"https://x.example/?api-key=q7hush7q"},"warnings":[]}','84f96b5b16aefaa2ced74f6cd4534df0a2f338e5ebc1c05548a8003635c20a32','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750000009500,1750003609500,1750000010500,1750000011800,NULL,'The portal''s answer proves nothing, and no effect is to be seen yet.
• It said https://x.example/?api-key=q7hush7q','C0PS','9.0',NULL,NULL,'e116e0feaa30c6c7','d1c45663be646f9d:2',1750000251800,1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1005,'pending','thing paint confirm --colour ''https://x.example/?api-key=q7hush7q''','thing paint','toy','default','acme.example.com','m-acme','thing:confirm','T1:UOLGA','https://x.example/?api-key=q7hush7q','change','{"before":{"confirm is":"red"},"calls":[{"method":"thing.paint","note":"Paint confirm https://x.example/?api-key=q7hush7q.","params":{"COLOUR":"https://x.example/?api-key=q7hush7q","ID":"confirm"}}],"radius":[],"remember":[{"key":"confirm","kind":"painted","over":null,"value":{"colour":"https://x.example/?api-key=q7hush7q"}}],"risk":null,"summary":"Paint confirm","target":"thing:confirm","undo":{"calls":[],"kind":"full","line":"thing paint confirm --colour red","sentence":"Paint it back."},"wanted":{"confirm is":"https://x.example/?api-key=q7hush7q"},"warnings":[]}','0a6e1c84ae70f8e97b1940af611dddf3fcf5569136b2cdac36a988932dbdc698','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750000013100,1750003613100,NULL,NULL,NULL,'','C0PS','12.0',NULL,NULL,'cc885a4247e49456',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1006,'pending','thing remove pending','thing remove','toy','default','acme.example.com','m-acme','thing:pending','T1:UOLGA','https://x.example/?api-key=q7hush7q','destroy','{"before":{"pending is":"red"},"calls":[{"method":"thing.remove","note":"Remove pending.","params":{"ID":"pending"}}],"radius":["red pending"],"remember":[{"key":"pending","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove pending","target":"thing:pending","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"pending is":null},"warnings":["It is gone then."]}','170372b03ca60b13269aaa7efa8459868377a576c375860ad3b7a5f0253a869c','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750000014100,1750003614100,NULL,NULL,NULL,'','CAPPR','13.0',NULL,NULL,'b0d650daa19dd6b8',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1007,'approved','thing remove approved','thing remove','toy','default','acme.example.com','m-acme','thing:approved','T1:UOLGA','https://x.example/?api-key=q7hush7q','destroy','{"before":{"approved is":"red"},"calls":[{"method":"thing.remove","note":"Remove approved.","params":{"ID":"approved"}}],"radius":["red approved"],"remember":[{"key":"approved","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove approved","target":"thing:approved","undo":{"calls":[],"kind":"none","line":"","sentence":"It cannot be put back."},"wanted":{"approved is":null},"warnings":["It is gone then."]}','e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750000015100,1750003615100,1750000016100,NULL,NULL,'','CAPPR','14.0',NULL,NULL,'4934aec379a170f0',NULL,0,0,NULL,NULL,NULL);
CREATE TABLE channels (
        channel TEXT PRIMARY KEY, working INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "channels" VALUES('CAUDIT',1,'',1750000015100);
CREATE TABLE executions (
        number INTEGER NOT NULL REFERENCES changes (number), step INTEGER NOT NULL, method TEXT NOT NULL,
        intended_at INTEGER NOT NULL, verdict TEXT, code TEXT, sentence TEXT, answered_at INTEGER, sent_at INTEGER,
        PRIMARY KEY (number, step)) STRICT;
INSERT INTO "executions" VALUES(1001,0,'thing.paint',1750000002300,'done','','The toy said something.',1750000002300,1750000002300);
INSERT INTO "executions" VALUES(1002,0,'thing.paint',1750000005900,'failed','','It said https://x.example/?api-key=q7hush7q',1750000005900,1750000005900);
INSERT INTO "executions" VALUES(1004,0,'thing.paint',1750000011800,'unknown','','It said https://x.example/?api-key=q7hush7q',1750000011800,1750000011800);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "facts" VALUES('frozen','UOLGA said stop at 2025-06-15 15:06 UTC (“it sends https://x.example/?api-key=q7hush7q”).');
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
INSERT INTO "jobs" VALUES(2,'execute','1007','new',0,1750000016100,1750000016100,0);
INSERT INTO "jobs" VALUES(3,'inbound','{"kind": "slash", "key": "key-13", "person": {"team": "T1", "user": "UOLGA"}, "channel": "C0PS", "text": "thing paint typed --colour https://x.example/?api-key=q7hush7q", "answer_url": "https://hooks.slack.com/commands/1"}','new',0,1750000016100,1750000016100,1);
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
INSERT INTO "outbox" VALUES(7,'audit:7','audit','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(8,'card:1001','card','','sent',1,1750000002300,1750000000000,1750000002300,'',1001,'',NULL);
INSERT INTO "outbox" VALUES(9,'whisper:009d25a2d80e87fe','whisper','','sent',1,1750000000000,1750000000000,1750000000000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(10,'audit:8','audit','','sent',1,1750000001000,1750000001000,1750000001000,'',0,'',NULL);
INSERT INTO "outbox" VALUES(11,'thread:1001:9ed52a8a790df75c','thread','','sent',1,1750000001000,1750000001000,1750000001000,'',1001,'',NULL);
INSERT INTO "outbox" VALUES(12,'audit:9','audit','','sent',1,1750000002300,1750000002300,1750000002300,'',0,'',NULL);
INSERT INTO "outbox" VALUES(13,'audit:11','audit','','sent',1,1750000002300,1750000002300,1750000002300,'',0,'',NULL);
INSERT INTO "outbox" VALUES(14,'thread:1001:ccedca21070934d1','thread','','sent',1,1750000002300,1750000002300,1750000002300,'',1001,'',NULL);
INSERT INTO "outbox" VALUES(15,'audit:12','audit','','sent',1,1750000003600,1750000003600,1750000003600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(16,'card:1002','card','','sent',1,1750000005900,1750000003600,1750000005900,'',1002,'',NULL);
INSERT INTO "outbox" VALUES(17,'whisper:cc2f0ad962e594dc','whisper','','sent',1,1750000003600,1750000003600,1750000003600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(18,'audit:13','audit','','sent',1,1750000004600,1750000004600,1750000004600,'',0,'',NULL);
INSERT INTO "outbox" VALUES(19,'thread:1002:d95e55627ba9c59b','thread','','sent',1,1750000004600,1750000004600,1750000004600,'',1002,'',NULL);
INSERT INTO "outbox" VALUES(20,'audit:14','audit','','sent',1,1750000005900,1750000005900,1750000005900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(21,'audit:16','audit','','sent',1,1750000005900,1750000005900,1750000005900,'',0,'',NULL);
INSERT INTO "outbox" VALUES(22,'thread:1002:91cf21485bb01f52','thread','','sent',1,1750000005900,1750000005900,1750000005900,'',1002,'',NULL);
INSERT INTO "outbox" VALUES(23,'audit:17','audit','','sent',1,1750000007200,1750000007200,1750000007200,'',0,'',NULL);
INSERT INTO "outbox" VALUES(24,'card:1003','card','','sent',1,1750000008200,1750000007200,1750000008200,'',1003,'',NULL);
INSERT INTO "outbox" VALUES(25,'whisper:5f74f7a141fba7b1','whisper','','sent',1,1750000007200,1750000007200,1750000007200,'',0,'',NULL);
INSERT INTO "outbox" VALUES(26,'audit:18','audit','','sent',1,1750000008200,1750000008200,1750000008200,'',0,'',NULL);
INSERT INTO "outbox" VALUES(27,'thread:1003:b3f3a4311057964a','thread','','sent',1,1750000008200,1750000008200,1750000008200,'',1003,'',NULL);
INSERT INTO "outbox" VALUES(28,'audit:19','audit','','sent',1,1750000009500,1750000009500,1750000009500,'',0,'',NULL);
INSERT INTO "outbox" VALUES(29,'card:1004','card','','sent',1,1750000011800,1750000009500,1750000011800,'',1004,'',NULL);
INSERT INTO "outbox" VALUES(30,'whisper:3220ee30f7863f7d','whisper','','sent',1,1750000009500,1750000009500,1750000009500,'',0,'',NULL);
INSERT INTO "outbox" VALUES(31,'audit:20','audit','','sent',1,1750000010500,1750000010500,1750000010500,'',0,'',NULL);
INSERT INTO "outbox" VALUES(32,'thread:1004:c3f4df936ff26b79','thread','','sent',1,1750000010500,1750000010500,1750000010500,'',1004,'',NULL);
INSERT INTO "outbox" VALUES(33,'audit:21','audit','','sent',1,1750000011800,1750000011800,1750000011800,'',0,'',NULL);
INSERT INTO "outbox" VALUES(34,'audit:23','audit','','sent',1,1750000011800,1750000011800,1750000011800,'',0,'',NULL);
INSERT INTO "outbox" VALUES(35,'thread:1004:61a22f57f874b153','thread','','sent',1,1750000011800,1750000011800,1750000011800,'',1004,'',NULL);
INSERT INTO "outbox" VALUES(36,'audit:24','audit','','sent',1,1750000013100,1750000013100,1750000013100,'',0,'',NULL);
INSERT INTO "outbox" VALUES(37,'card:1005','card','','sent',1,1750000013100,1750000013100,1750000013100,'',1005,'',NULL);
INSERT INTO "outbox" VALUES(38,'whisper:a7c49852a70a17b6','whisper','','sent',1,1750000013100,1750000013100,1750000013100,'',0,'',NULL);
INSERT INTO "outbox" VALUES(39,'audit:25','audit','','sent',1,1750000014100,1750000014100,1750000014100,'',0,'',NULL);
INSERT INTO "outbox" VALUES(40,'card:1006','card','','sent',1,1750000014100,1750000014100,1750000014100,'',1006,'',NULL);
INSERT INTO "outbox" VALUES(41,'whisper:2975e53929f9db2b','whisper','','sent',1,1750000014100,1750000014100,1750000014100,'',0,'',NULL);
INSERT INTO "outbox" VALUES(42,'audit:26','audit','','sent',1,1750000015100,1750000015100,1750000015100,'',0,'',NULL);
INSERT INTO "outbox" VALUES(43,'card:1007','card','{"number": 1007}','new',0,1750000016100,1750000015100,NULL,'',1007,'',NULL);
INSERT INTO "outbox" VALUES(44,'whisper:64f04d1ae6ab4f6f','whisper','','sent',1,1750000015100,1750000015100,1750000015100,'',0,'',NULL);
INSERT INTO "outbox" VALUES(45,'audit:27','audit','{"seq": 27}','new',0,1750000016100,1750000016100,NULL,'',0,'',NULL);
INSERT INTO "outbox" VALUES(46,'thread:1007:5cee67432c025ba2','thread','{"number": 1007, "text": "UANTON approved (1 of 1)."}','new',0,1750000016100,1750000016100,NULL,'',1007,'',NULL);
INSERT INTO "outbox" VALUES(47,'audit:28','audit','{"seq": 28}','new',0,1750000016100,1750000016100,NULL,'',0,'',NULL);
INSERT INTO "outbox" VALUES(48,'announcement:309d3cc6cb926392','announcement','{"channel": "CAPPR", "text": "🧊 UOLGA has frozen b24bot (“it sends https://x.example/?api-key=q7hush7q”). Nothing that changes a portal is taken on or run; what runs finishes. To go on, an admin types unfreeze and another admin approves it."}','new',0,1750000016100,1750000016100,NULL,'',0,'CAPPR',NULL);
INSERT INTO "outbox" VALUES(49,'announcement:fa9ccd84a2398dbb','announcement','{"channel": "CAUDIT", "text": "🧊 UOLGA has frozen b24bot (“it sends https://x.example/?api-key=q7hush7q”). Nothing that changes a portal is taken on or run; what runs finishes. To go on, an admin types unfreeze and another admin approves it."}','new',0,1750000016100,1750000016100,NULL,'',0,'CAUDIT',NULL);
INSERT INTO "outbox" VALUES(50,'whisper:cbecae545eacf2c7','whisper','{"person": {"team": "T1", "user": "UOLGA"}, "channel": "C0PS", "reply": {"title": "b24bot is frozen. Nothing that changes a portal is taken on or run until two admins unfreeze it.", "facts": [], "table": null, "notes": [], "data": null}, "answer_url": "https://hooks.slack.com/commands/1", "suggestion": "", "mood": "calm"}','new',0,1750000016100,1750000016100,NULL,'',0,'',NULL);
CREATE TABLE people (
        team TEXT NOT NULL, user TEXT NOT NULL, standing TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (team, user)) STRICT;
INSERT INTO "people" VALUES('T1','UOLGA','member',1750000000000);
INSERT INTO "people" VALUES('T1','UANTON','member',1750000007200);
CREATE TABLE receipts (key TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "receipts" VALUES('key-1','6e0ce7cbfbd5482eb1e27e878c59ed2211c025e2a778010da2c3852e6f28df1c',1750000000000);
INSERT INTO "receipts" VALUES('key-2','c253f93fe1453f50c5e2f339d7e7ca2b83e977613f502ca51449cbdd5ca45bde',1750000001000);
INSERT INTO "receipts" VALUES('key-3','417b76cd56ee1aa8ddc2cef6a6e91adae1c6257d155f3f764b0874ce59e9874b',1750000003600);
INSERT INTO "receipts" VALUES('key-4','70cbf9a3ea91d9167782f78d3040daea31bb44f4b61a1a006f3e65cab51dbf02',1750000004600);
INSERT INTO "receipts" VALUES('key-5','aab3764e1d646a41c34c88b79bc8e8eb7435989b77869b667d07a28b553c53a8',1750000007200);
INSERT INTO "receipts" VALUES('key-6','652603d54a474bb6232b7eb60e4435a3cfd016a18862087f72c09dbb6bb7dad1',1750000008200);
INSERT INTO "receipts" VALUES('key-7','1db96c3c50e7294f7cac4f42cd168b50afce60a217993caa2b6b08176714fc37',1750000009500);
INSERT INTO "receipts" VALUES('key-8','f205c25ba96df749ab87996b518ac4f21094a963ed0c4b6c03686c495352ab15',1750000010500);
INSERT INTO "receipts" VALUES('key-9','72af8a1e56f897315d4b447e6d8522e89f69048d5828b9f4adf7ba5b6cd50293',1750000013100);
INSERT INTO "receipts" VALUES('key-10','c6861392565f72d2c2a704f67c1d578648c04e7454a2b8bcc6d674d61092c868',1750000014100);
INSERT INTO "receipts" VALUES('key-11','a472616f83574d20f8d1d13ad99c39aec8a6a6bd0f5985214e49a1efef26a66b',1750000015100);
INSERT INTO "receipts" VALUES('key-12','334917a636348fbbb005aaefcf7f7f96a27f1cabd23784c17a62ffd27ad2ee9a',1750000016100);
INSERT INTO "receipts" VALUES('key-13','52a0c57c9ab2a1e2f4f1657d14b5845bbef55771030a0d4bcdedbbb7b0a7c658',1750000016100);
INSERT INTO "receipts" VALUES('key-14','cdc12ecaa391f819f9017e9ccedba13ab6a79ec310cc9da4c5c1d5afe23d5b38',1750000016100);
CREATE TABLE records (
        plugin TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (plugin, kind, key)) STRICT;
INSERT INTO "records" VALUES('toy','painted','done','{"colour": "https://x.example/?api-key=q7hush7q"}');
CREATE TABLE reviews (
        number INTEGER NOT NULL REFERENCES changes (number), reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
        reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (number, reviewer)) STRICT;
INSERT INTO "reviews" VALUES(1001,'T1:UOLGA','approve','',1750000001000);
INSERT INTO "reviews" VALUES(1002,'T1:UOLGA','approve','',1750000004600);
INSERT INTO "reviews" VALUES(1003,'T1:UANTON','reject','see https://x.example/?api-key=q7hush7q',1750000008200);
INSERT INTO "reviews" VALUES(1004,'T1:UOLGA','approve','',1750000010500);
INSERT INTO "reviews" VALUES(1007,'T1:UANTON','approve','',1750000016100);
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
