BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'b24bot','m001_first','2026-12-01 05:46:59.283508+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'b24bot','m002_standing_and_leases','2026-12-01 05:46:59.286171+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'b24bot','m003_stops_and_ranks','2026-12-01 05:46:59.287852+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'b24bot','m004_steady_clock','2026-12-01 05:46:59.289239+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'b24bot','m005_missing_flags','2026-12-01 05:46:59.294195+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'b24bot','m007_undo_links','2026-12-01 05:46:59.295418+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'b24bot','m008_sealed_changes','2026-12-01 05:46:59.295830+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'b24bot','m009_folded_refusals','2026-12-01 05:46:59.297190+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'b24bot','m010_refused_last','2026-12-01 05:46:59.302476+00:00');
INSERT INTO "_sqlite_migrations" VALUES(10,'b24bot','m011_repeats_and_faults','2026-12-01 05:46:59.303249+00:00');
INSERT INTO "_sqlite_migrations" VALUES(11,'b24bot','m012_steady_due','2026-12-01 05:46:59.305432+00:00');
INSERT INTO "_sqlite_migrations" VALUES(12,'b24bot','m013_job_order','2026-12-01 05:46:59.310630+00:00');
INSERT INTO "_sqlite_migrations" VALUES(13,'b24bot','m015_kept_numbers','2026-12-01 05:46:59.314488+00:00');
INSERT INTO "_sqlite_migrations" VALUES(14,'b24bot','m016_archives','2026-12-01 05:46:59.314761+00:00');
INSERT INTO "_sqlite_migrations" VALUES(15,'b24bot','m017_targets_of_plugins','2026-12-01 05:46:59.315113+00:00');
INSERT INTO "_sqlite_migrations" VALUES(16,'b24bot','m018_person_columns','2026-12-01 05:46:59.320122+00:00');
CREATE TABLE audit (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, tag TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
        facts TEXT NOT NULL, key_id TEXT NOT NULL, mac BLOB NOT NULL) STRICT;
INSERT INTO "audit" VALUES(1,1750000000000,'access:grant:added','local:tester','T1:UOLGA','{"role":"operator"}','k1',X'A7143C323F9E3BB9AA2D8943F5383FF2C8F37F136C6A5982031F5029E5AF0D59');
INSERT INTO "audit" VALUES(2,1750000000000,'access:grant:added','local:tester','T1:UANTON','{"role":"approver"}','k1',X'EF43EA72199F338EEC2A33FF5D6A1D82498AC31D5AA4B776B5CF74A042EF97CB');
INSERT INTO "audit" VALUES(3,1750000000000,'access:grant:added','local:tester','T1:UVERA','{"role":"approver"}','k1',X'44E7109EF89C5AE8387544F85A2B9681B0DD85775CF5AAF812876854EFE11B7F');
INSERT INTO "audit" VALUES(4,1750000000000,'access:grant:added','local:tester','T1:UIDA','{"role":"admin"}','k1',X'C06C5A6908B60F27219651EE61834DF0060216FBB24B0380C8E86A12B42586DC');
INSERT INTO "audit" VALUES(5,1750000000000,'access:grant:added','local:tester','T1:UVIKTOR','{"role":"viewer"}','k1',X'FDE1F97B995E940FCE35C0D9219F8105DEE1C11BD53EF01C0C0CCBDCFEBFB1BB');
INSERT INTO "audit" VALUES(6,1750000000000,'access:grant:added','local:tester','T2:UANTON','{"role":"admin"}','k1',X'655A5DC13B053DE5354D89A1089EA473F07F0811F360F0278A9EA488CBC2D0C5');
INSERT INTO "audit" VALUES(7,1750000000000,'access:grant:added','local:tester','T1:UADA','{"role":"admin"}','k1',X'0290868D6449E8BAB90CA0844BC0B469C987B263D8999F73EF0958EB39DBE802');
INSERT INTO "audit" VALUES(8,1750000001000,'change:request:opened','T1:UOLGA','CR-1001','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"5b064b892dbb1135031901380a1880e1b624ad3e7c4e46a3aff06ca0912119c5","line":"thing paint painted","portal":"default","reason":"","risk":"change","summary":"Paint painted","target":"thing:painted","terms":"1:14aa659632b45ab6d7663691ab2cf4a6"}','k1',X'4DBD9E100F8D462F3A139014C70F25144586AB9A43A238EA48B9D843D72E5193');
INSERT INTO "audit" VALUES(9,1750000002000,'change:plan:confirmed','T1:UOLGA','CR-1001','{"digest":"5b064b892dbb1135031901380a1880e1b624ad3e7c4e46a3aff06ca0912119c5","portal":"default","summary":"Paint painted","target":"thing:painted"}','k1',X'8ECC6FB425EA51D53C943B2102A442A02D808A082910E1BA691F2C3F1F9ADC0A');
INSERT INTO "audit" VALUES(10,1750000003300,'change:execution:intended','b24bot','CR-1001','{"digest":"5b064b892dbb1135031901380a1880e1b624ad3e7c4e46a3aff06ca0912119c5","method":"thing.paint","portal":"default","summary":"Paint painted","target":"thing:painted"}','k1',X'A45941954EA658D2398B56F4B8819FCE9155121F30200EA948CC370F87AF586D');
INSERT INTO "audit" VALUES(11,1750000003300,'change:call:answered','b24bot','CR-1001','{"code":"","method":"thing.paint","milliseconds":5,"portal":"default","summary":"Paint painted","target":"thing:painted","verdict":"done"}','k1',X'15BD48DDD4C4EDA47007C34C1CEE25B6E22B04484752D2DF72CCFE08D7AFCD18');
INSERT INTO "audit" VALUES(12,1750000003300,'change:execution:ended','b24bot','CR-1001','{"outcome":"painted is: red → blue","portal":"default","sentence":"Done and verified by reading it back.","status":"done","summary":"Paint painted","target":"thing:painted"}','k1',X'DCBFE45BB8C6228D8388430D7F56C0B851F2510D2B954E8DA7460DF675029080');
INSERT INTO "audit" VALUES(13,1750000004600,'change:request:opened','T1:UOLGA','CR-1002','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"791f2b4883cd54f638404a64ae770581e3848857a470a1aa72609d244eabbbaa","line":"thing remove removed","portal":"default","reason":"","risk":"destroy","summary":"Remove removed","target":"thing:removed","terms":"1:057d5a93df26c98534b941eb1322b29a"}','k1',X'B44812ADE0BD1BF71141E5E39F108C5CF72F979DD916263F5A62163FA0F9028E');
INSERT INTO "audit" VALUES(14,1750000005600,'change:review:approved','T1:UANTON','CR-1002','{"approvals":1,"digest":"791f2b4883cd54f638404a64ae770581e3848857a470a1aa72609d244eabbbaa","portal":"default","quorum":1,"summary":"Remove removed","target":"thing:removed"}','k1',X'407956949D2D10D928094FDFE3EB8E6E09FE2CCDE03E1C2CC8CC6A1177FE89DD');
INSERT INTO "audit" VALUES(15,1750000006900,'change:execution:intended','b24bot','CR-1002','{"digest":"791f2b4883cd54f638404a64ae770581e3848857a470a1aa72609d244eabbbaa","method":"thing.remove","portal":"default","summary":"Remove removed","target":"thing:removed"}','k1',X'10FBE857CE07FABABFC0B4E11228F6FFE16598B3DBA52BA21ED72DC9CC86A5E5');
INSERT INTO "audit" VALUES(16,1750000006900,'change:call:answered','b24bot','CR-1002','{"code":"","method":"thing.remove","milliseconds":5,"portal":"default","summary":"Remove removed","target":"thing:removed","verdict":"done"}','k1',X'5B6D2750E7E32EF1D799AB43669772283278DC108F29B1BE36B51D6DB81C29E2');
INSERT INTO "audit" VALUES(17,1750000006900,'change:execution:ended','b24bot','CR-1002','{"outcome":"removed is: red → absent","portal":"default","sentence":"Done and verified by reading it back.","status":"done","summary":"Remove removed","target":"thing:removed"}','k1',X'0610772F202B43153E41B01C7DECAE022897F475009EE705A1CFDEDAFA9593E9');
INSERT INTO "audit" VALUES(18,1750000008200,'change:request:opened','T1:UIDA','CR-1003','{"decision":"{\"expires_in\":3600000,\"kind\":\"BrokenGlass\"}","digest":"4e1da16cef6868b2461b48279d17a2b0eba7cc758104b75f1fefe02b198b9d74","line":"thing remove reviewed","portal":"default","reason":"customers are lost","risk":"destroy","summary":"Remove reviewed","target":"thing:reviewed","terms":"1:35c36dbabd99683a9e86879f64deec5a"}','k1',X'0CF2A2FF8A0003EEC86E7D24B082CF98F246AA507FF693B183BB7667DA4C0BF4');
INSERT INTO "audit" VALUES(19,1750000009200,'change:approval:bypassed','T1:UIDA','CR-1003','{"digest":"4e1da16cef6868b2461b48279d17a2b0eba7cc758104b75f1fefe02b198b9d74","line":"thing remove reviewed","portal":"default","reason":"customers are lost","summary":"Remove reviewed","target":"thing:reviewed"}','k1',X'5D06106D2E5BE1069ADA780A87E342EB1A162D82BB489664DC55BCBFABD28A1E');
INSERT INTO "audit" VALUES(20,1750000009200,'change:request:opened','T1:UIDA','CR-1004','{"decision":"{\"expires_in\":604800000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"admin\"}","digest":"31926d4c33ef4e7c5397100eb52179453311ae89f2f18d1f28efde11cb78d7e1","line":"request review CR-1003","reason":"customers are lost","risk":"govern","summary":"Review the broken glass of CR-1003","target":"review:CR-1003","terms":"1:2939b2dd1d011a3117ff804bb62fa337"}','k1',X'EB3886E03C35F3E5816989B2A269CBCA55FC565E61AECC1D633957C6C80FA1CA');
INSERT INTO "audit" VALUES(21,1750000009200,'change:plan:confirmed','T1:UIDA','CR-1003','{"digest":"4e1da16cef6868b2461b48279d17a2b0eba7cc758104b75f1fefe02b198b9d74","portal":"default","summary":"Remove reviewed","target":"thing:reviewed"}','k1',X'56C3F96DC87E30AC103E92C8E52FFABEBD00E5B9D8863F174326713DFF33ECCB');
INSERT INTO "audit" VALUES(22,1750000012500,'change:execution:intended','b24bot','CR-1003','{"digest":"4e1da16cef6868b2461b48279d17a2b0eba7cc758104b75f1fefe02b198b9d74","method":"thing.remove","portal":"default","summary":"Remove reviewed","target":"thing:reviewed"}','k1',X'B94033F7B3017EB18D773622D10F963FAFC02AB1DE17A0AD3251670AF5C38AC4');
INSERT INTO "audit" VALUES(23,1750000012500,'change:call:answered','b24bot','CR-1003','{"code":"","method":"thing.remove","milliseconds":5,"portal":"default","summary":"Remove reviewed","target":"thing:reviewed","verdict":"done"}','k1',X'F82899653146CD706A42C8A38F6D46F53ACE535FF30B974E8789B5EA069BFD8C');
INSERT INTO "audit" VALUES(24,1750000012500,'change:execution:ended','b24bot','CR-1003','{"outcome":"reviewed is: red → absent","portal":"default","sentence":"Done and verified by reading it back.","status":"done","summary":"Remove reviewed","target":"thing:reviewed"}','k1',X'B24CA171B8A07B41321E6F2DD66E2D7A41D91195D0FB0D2BEB3E94E47FB40135');
INSERT INTO "audit" VALUES(25,1750000013800,'change:review:approved','T1:UADA','CR-1004','{"approvals":1,"digest":"31926d4c33ef4e7c5397100eb52179453311ae89f2f18d1f28efde11cb78d7e1","quorum":1,"summary":"Review the broken glass of CR-1003","target":"review:CR-1003"}','k1',X'0106209F78A830AE77149E2AE47DEBA9C223B80CCFF60C044750E9211CA32BA1');
INSERT INTO "audit" VALUES(26,1750000015100,'change:execution:intended','b24bot','CR-1004','{"digest":"31926d4c33ef4e7c5397100eb52179453311ae89f2f18d1f28efde11cb78d7e1","method":"glass.review","summary":"Review the broken glass of CR-1003","target":"review:CR-1003"}','k1',X'CD1235F62D2953BB418F9D93926ABD1B323E6FB667FE9A9CBB5421547BBA5C2A');
INSERT INTO "audit" VALUES(27,1750000015100,'change:approval:reviewed','T1:UADA','CR-1003','{"portal":"default","request":"CR-1004","summary":"Remove reviewed","target":"thing:reviewed"}','k1',X'7D08471F80995C3A0265A4B4A88B3449AFF0B5A43D1E06D945762A1EB7A16D51');
INSERT INTO "audit" VALUES(28,1750000015100,'change:call:answered','b24bot','CR-1004','{"code":"","method":"glass.review","summary":"Review the broken glass of CR-1003","target":"review:CR-1003","verdict":"done"}','k1',X'C7271261964A045AE0103F09DC176E19CFC4E1B1AE523BFDF9EDB3C091F7F099');
INSERT INTO "audit" VALUES(29,1750000015100,'change:execution:ended','b24bot','CR-1004','{"outcome":"review: awaited → approved","sentence":"Done and verified by reading it back.","status":"done","summary":"Review the broken glass of CR-1003","target":"review:CR-1003"}','k1',X'49C3B76F68E3D94E64AD28D2D29CA7F6AD3701181D616D1D95E789179D3CE726');
INSERT INTO "audit" VALUES(30,1750000016400,'change:request:opened','T1:UOLGA','CR-1005','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"ee6458570bb8606dd169efeb9709946e282badbb868c08e7655f0265bda86375","line":"thing remove lost","portal":"default","reason":"","risk":"destroy","summary":"Remove lost","target":"thing:lost","terms":"1:d6606b20010349662518342c2ef6f18e"}','k1',X'B8B05003839E3386C8AC9DF50DAAA3EEAED8C1CCA25BD3BB0DF74282B6C655D1');
INSERT INTO "audit" VALUES(31,1750000017400,'change:review:approved','T1:UANTON','CR-1005','{"approvals":1,"digest":"ee6458570bb8606dd169efeb9709946e282badbb868c08e7655f0265bda86375","portal":"default","quorum":1,"summary":"Remove lost","target":"thing:lost"}','k1',X'8F053BBF7FFEB3CE937251244DE891AAE8365F96D5A1308E5218FAFCA0E84A29');
INSERT INTO "audit" VALUES(32,1750000018700,'change:execution:intended','b24bot','CR-1005','{"digest":"ee6458570bb8606dd169efeb9709946e282badbb868c08e7655f0265bda86375","method":"thing.remove","portal":"default","summary":"Remove lost","target":"thing:lost"}','k1',X'AD36A5D744C27719B4EBCFAB5E71BC3C150A1BAC11082D8D781CB0B76B9AF15D');
INSERT INTO "audit" VALUES(33,1750000018700,'change:call:answered','b24bot','CR-1005','{"code":"","method":"thing.remove","milliseconds":5,"portal":"default","summary":"Remove lost","target":"thing:lost","verdict":"unknown"}','k1',X'7DEE1DCC7B0710A5B355F8A100ED58954AD5527AADFFF066B7B149C8A72284AD');
INSERT INTO "audit" VALUES(34,1750000018700,'change:execution:ended','b24bot','CR-1005','{"outcome":"The toy said something.","portal":"default","sentence":"The portal''s answer proves nothing, and no effect is to be seen yet.","status":"unknown","summary":"Remove lost","target":"thing:lost"}','k1',X'710350436A217AED32978DE3635AEA39000A666AE0843A14113D539CE2970856');
INSERT INTO "audit" VALUES(35,1750000099000,'change:execution:settled','b24bot','CR-1005','{"outcome":"","portal":"default","sentence":"Read back twice: nothing changed.","status":"failed","summary":"Remove lost","target":"thing:lost"}','k1',X'D602A6143FFB5BEC91B48D2D246129493557887E5F95D50C8B97D5BCD3A5EB01');
INSERT INTO "audit" VALUES(36,1750000220000,'access:grant:removed','local:tester','T1:UVIKTOR','{}','k1',X'3BACEE96EFA63559182BBB7F6C7D502710901734D09335F25AE983C6135C6D61');
INSERT INTO "audit" VALUES(37,1750000220000,'access:grant:added','local:tester','T1:UGLEB','{"role":"viewer"}','k1',X'B1EB8072A8B0DD523E44827A57A02B034DC7C200E35707E0E509BFF28A69C4AA');
INSERT INTO "audit" VALUES(38,1750000220000,'access:grant:removed','local:tester','T1:UGLEB','{}','k1',X'6C398633789B8986A830441975BF1D66DF4261B5C87C3BC0E0AF1C44B0F0308B');
INSERT INTO "audit" VALUES(39,1750086620000,'audit:chain:checkpoint','b24bot','chain','{"count":38,"fingerprint":"k1","head":"6c398633789b8986a830441975bf1d66df4261b5c87c3bc0e0af1c44b0f0308b","schema":"m018_person_columns","seq":38}','k1',X'8F55DF07AD23A9C02162DAE684C97B44A0EF9F6967CBF208C82862810524E1BF');
INSERT INTO "audit" VALUES(40,1750086620000,'bot:database:copied','b24bot','database','{"head":"8f55df07ad23a9c0","name":"b24bot-20250616T151020000Z.sqlite3","seq":39}','k1',X'FB5F68EB021A4CE5CCAD6E179096A45BB078CEBB9CA07688BF4C2AAF36806B36');
INSERT INTO "audit" VALUES(41,1750086621000,'change:request:opened','T1:UOLGA','CR-1006','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"3f221faf11585099893817e590567edfc31c1f39a20423134f378329e4983b71","line":"thing paint waiting","portal":"default","reason":"","risk":"change","summary":"Paint waiting","target":"thing:waiting","terms":"1:f4bc9667656915820a47d55e727a381d"}','k1',X'2595E658633A143468FB7C73A5C2D8F05FD80D22FC6A2B9232AA9B395F4EFA08');
INSERT INTO "audit" VALUES(42,1750086622000,'change:request:opened','T1:UOLGA','CR-1007','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"170372b03ca60b13269aaa7efa8459868377a576c375860ad3b7a5f0253a869c","line":"thing remove pending","portal":"default","reason":"","risk":"destroy","summary":"Remove pending","target":"thing:pending","terms":"1:ae2864c8132b9adc4a8a85782514ed95"}','k1',X'164B11492EB5A7C120D357584EEE2B457140CB3DE71E5A8F2A28677511FDFF8E');
INSERT INTO "audit" VALUES(43,1750086623000,'change:request:opened','T1:UOLGA','CR-1008','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsConfirmation\"}","digest":"e35b2cc6ffc42b04cc788cda2d91a65476cea98787f05bade9d6b4c0515c5151","line":"thing paint confirmed","portal":"default","reason":"","risk":"change","summary":"Paint confirmed","target":"thing:confirmed","terms":"1:e1c9f328c23c083778b86f3d7a9e7f6a"}','k1',X'44F2A6E02F84FFD7201A6B4B7469ADCC721A4AA0E5A41C7093E84EA01014AAAE');
INSERT INTO "audit" VALUES(44,1750086624000,'change:plan:confirmed','T1:UOLGA','CR-1008','{"digest":"e35b2cc6ffc42b04cc788cda2d91a65476cea98787f05bade9d6b4c0515c5151","portal":"default","summary":"Paint confirmed","target":"thing:confirmed"}','k1',X'9058FA867DD3599F3065661E8977DCF5BE964A46042DA9CED397DF274B40698B');
INSERT INTO "audit" VALUES(45,1750086624000,'change:request:opened','T1:UOLGA','CR-1009','{"decision":"{\"expires_in\":3600000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"approver\"}","digest":"e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277","line":"thing remove approved","portal":"default","reason":"","risk":"destroy","summary":"Remove approved","target":"thing:approved","terms":"1:8ea98b2a9524b9a7d35a5996adb9dff2"}','k1',X'FB8BE01A9519CD35BFA58DD39F078A952ED9A9084ABBE3A513506A76598C4508');
INSERT INTO "audit" VALUES(46,1750086625000,'change:review:approved','T1:UANTON','CR-1009','{"approvals":1,"digest":"e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277","portal":"default","quorum":1,"summary":"Remove approved","target":"thing:approved"}','k1',X'23DCBB4CFAF55FBB90D23661C9DE6E4CEB82BF15FD172EAC4C1C3FCDD45FBCC7');
INSERT INTO "audit" VALUES(47,1750086625000,'change:execution:intended','b24bot','CR-1008','{"digest":"e35b2cc6ffc42b04cc788cda2d91a65476cea98787f05bade9d6b4c0515c5151","method":"thing.paint","portal":"default","summary":"Paint confirmed","target":"thing:confirmed"}','k1',X'51AF952B27BAFC8123B1DCF8AC68FFF4205179CDBD306AB41A344E8D9DD626BF');
INSERT INTO "audit" VALUES(48,1750086625000,'change:call:answered','b24bot','CR-1008','{"code":"","method":"thing.paint","milliseconds":5,"portal":"default","summary":"Paint confirmed","target":"thing:confirmed","verdict":"done"}','k1',X'D5FF867635D4AC123B5DBBD20DA6AB9B6A424C7DCDAD4781B8A3585FC11FBB8B');
INSERT INTO "audit" VALUES(49,1750086625000,'change:execution:ended','b24bot','CR-1008','{"outcome":"confirmed is: red → blue","portal":"default","sentence":"Done and verified by reading it back.","status":"done","summary":"Paint confirmed","target":"thing:confirmed"}','k1',X'ECC14B75C101A7D2E1A0195B9DF3CFBCC3B250546FA143E149323FD183575ED2');
INSERT INTO "audit" VALUES(50,1750086625000,'change:request:opened','T1:UIDA','CR-1010','{"decision":"{\"expires_in\":3600000,\"kind\":\"BrokenGlass\"}","digest":"5e9edee49aaba19df496adf72d84d2ab323e020d4ce934956739ad74d8b12dbe","line":"thing remove unreviewed","portal":"default","reason":"it burns again","risk":"destroy","summary":"Remove unreviewed","target":"thing:unreviewed","terms":"1:90f5e5e9e8b8cc26f81a58800c05b951"}','k1',X'B3860859A54BF1E5234F3CF646A6E460B48D432166D2141F0CB647C1EBB47B07');
INSERT INTO "audit" VALUES(51,1750086628000,'change:approval:bypassed','T1:UIDA','CR-1010','{"digest":"5e9edee49aaba19df496adf72d84d2ab323e020d4ce934956739ad74d8b12dbe","line":"thing remove unreviewed","portal":"default","reason":"it burns again","summary":"Remove unreviewed","target":"thing:unreviewed"}','k1',X'BBDF9168233F9699543B6191E75683E2440509DF999889C7B35D8581EE2D2618');
INSERT INTO "audit" VALUES(52,1750086628000,'change:request:opened','T1:UIDA','CR-1011','{"decision":"{\"expires_in\":604800000,\"kind\":\"NeedsApproval\",\"quorum\":1,\"role\":\"admin\"}","digest":"8110d074e6caddc23c4ba852c434a482a89de59cba695d2adbd089cc7249ca72","line":"request review CR-1010","reason":"it burns again","risk":"govern","summary":"Review the broken glass of CR-1010","target":"review:CR-1010","terms":"1:e1a390ee56210d7eb236f40f24f29877"}','k1',X'F1869696A8B860D52A3DE40082A7968948CEE079BF1A9B51C0B8A566BCA0AE28');
INSERT INTO "audit" VALUES(53,1750086628000,'change:plan:confirmed','T1:UIDA','CR-1010','{"digest":"5e9edee49aaba19df496adf72d84d2ab323e020d4ce934956739ad74d8b12dbe","portal":"default","summary":"Remove unreviewed","target":"thing:unreviewed"}','k1',X'8EED4AA29D5CCC648A09BE559CDDA14E0750C8977824B9F628A48597A4C0FC8F');
CREATE TABLE audit_kept (seq INTEGER PRIMARY KEY, previous BLOB NOT NULL) STRICT;
CREATE TABLE changes (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, line TEXT NOT NULL, path TEXT NOT NULL,
        plugin TEXT NOT NULL, place TEXT NOT NULL, place_label TEXT NOT NULL, place_identity TEXT NOT NULL,
        target TEXT NOT NULL, requester TEXT NOT NULL, reason TEXT NOT NULL, risk TEXT NOT NULL, plan TEXT NOT NULL,
        digest TEXT NOT NULL, decision TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        decided_at INTEGER, started_at INTEGER, ended_at INTEGER, outcome TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL, card TEXT, seen TEXT, seen_steady INTEGER, card_id TEXT NOT NULL DEFAULT '', lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, reminded_at INTEGER, asked_at INTEGER, settled_by TEXT, sent_steady INTEGER, undo_of INTEGER, undone_by INTEGER, partly INTEGER NOT NULL DEFAULT 0, found TEXT, sealed TEXT, repeat TEXT NOT NULL DEFAULT 'may_differ', read_fault TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "changes" VALUES(1001,'done','thing paint painted','thing paint','toy','default','acme.example.com','m-acme','thing:painted','T1:UOLGA','','change','{"before":{"painted is":"red"},"calls":[{"method":"thing.paint","note":"Paint painted blue.","params":{"COLOUR":"blue","ID":"painted"}}],"consequences":{},"notes":[],"obstacles":{},"radius":[],"remember":[{"key":"painted","kind":"painted","over":null,"value":{"colour":"blue"}}],"risk":null,"summary":"Paint painted","target":"thing:painted","undo":{"calls":[],"kind":"full","line":"thing paint painted --colour red","partial":null,"sentence":"Paint it back."},"wanted":{"painted is":"blue"},"warnings":[]}','5b064b892dbb1135031901380a1880e1b624ad3e7c4e46a3aff06ca0912119c5','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750000001000,1750003601000,1750000002000,1750000003300,1750000003300,'Done and verified by reading it back.
• painted is: red → blue','C0PS','1.0',NULL,NULL,'d285115d4050965a','c68a395f62b82246:2:1001',1750000123300,1,NULL,NULL,NULL,1750000003300,NULL,NULL,0,'{"painted is":"blue"}',NULL,'may_differ','');
INSERT INTO "changes" VALUES(1002,'done','thing remove removed','thing remove','toy','default','acme.example.com','m-acme','thing:removed','T1:UOLGA','','destroy','{"before":{"removed is":"red"},"calls":[{"method":"thing.remove","note":"Remove removed.","params":{"ID":"removed"}}],"consequences":{},"notes":[],"obstacles":{},"radius":["red removed"],"remember":[{"key":"removed","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove removed","target":"thing:removed","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"It cannot be put back."},"wanted":{"removed is":null},"warnings":["It is gone then."]}','791f2b4883cd54f638404a64ae770581e3848857a470a1aa72609d244eabbbaa','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750000004600,1750003604600,1750000005600,1750000006900,1750000006900,'Done and verified by reading it back.
• removed is: red → absent','CAPPR','3.0',NULL,NULL,'1c427e883ffabc9a','c68a395f62b82246:2:1002',1750000126900,1,NULL,NULL,NULL,1750000006900,NULL,NULL,0,'{}',NULL,'may_differ','');
INSERT INTO "changes" VALUES(1003,'done','thing remove reviewed','thing remove','toy','default','acme.example.com','m-acme','thing:reviewed','T1:UIDA','customers are lost','destroy','{"before":{"reviewed is":"red"},"calls":[{"method":"thing.remove","note":"Remove reviewed.","params":{"ID":"reviewed"}}],"consequences":{},"notes":[],"obstacles":{},"radius":["red reviewed"],"remember":[{"key":"reviewed","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove reviewed","target":"thing:reviewed","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"It cannot be put back."},"wanted":{"reviewed is":null},"warnings":["It is gone then."]}','4e1da16cef6868b2461b48279d17a2b0eba7cc758104b75f1fefe02b198b9d74','{"expires_in":3600000,"kind":"BrokenGlass"}',1750000008200,1750003608200,1750000009200,1750000012500,1750000012500,'Done and verified by reading it back.
• reviewed is: red → absent','CAPPR','5.0',NULL,NULL,'70058ea575ee629f','c68a395f62b82246:2:1003',1750000132500,1,NULL,NULL,NULL,1750000012500,NULL,NULL,0,'{}',NULL,'may_differ','');
INSERT INTO "changes" VALUES(1004,'done','request review CR-1003','request review','house','b24bot','b24bot itself','b24bot','review:CR-1003','T1:UIDA','customers are lost','govern','{"before":{"review":"awaited"},"calls":[{"method":"glass.review","note":"Put on record that somebody else has looked at CR-1003: Remove reviewed","params":{"number":1003}}],"consequences":{},"notes":[],"obstacles":{},"radius":["T1:UIDA ran it without the approval of anybody else. Why: customers are lost"],"remember":[],"risk":null,"summary":"Review the broken glass of CR-1003","target":"review:CR-1003","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"There is nothing to undo."},"wanted":{"review":"approved"},"warnings":[]}','31926d4c33ef4e7c5397100eb52179453311ae89f2f18d1f28efde11cb78d7e1','{"expires_in":604800000,"kind":"NeedsApproval","quorum":1,"role":"admin"}',1750000009200,1750604809200,1750000013800,1750000015100,1750000015100,'Done and verified by reading it back.
• review: awaited → approved','CAPPR','6.0',NULL,NULL,'05ee5d52a9b4996c','c68a395f62b82246:2:1004',1750000135100,1,NULL,NULL,NULL,1750000015100,NULL,NULL,0,'{"review":"approved"}',NULL,'may_differ','');
INSERT INTO "changes" VALUES(1005,'failed','thing remove lost','thing remove','toy','default','acme.example.com','m-acme','thing:lost','T1:UOLGA','','destroy','{"before":{"lost is":"red"},"calls":[{"method":"thing.remove","note":"Remove lost.","params":{"ID":"lost"}}],"consequences":{},"notes":[],"obstacles":{},"radius":["red lost"],"remember":[{"key":"lost","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove lost","target":"thing:lost","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"It cannot be put back."},"wanted":{"lost is":null},"warnings":["It is gone then."]}','ee6458570bb8606dd169efeb9709946e282badbb868c08e7655f0265bda86375','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750000016400,1750003616400,1750000017400,1750000018700,1750000099000,'Read back twice: nothing changed.','CAPPR','10.0','5650cf27b5e757c0e092897d0c7eb623fa3b5643c9429e4d82ad1d2104357f25',1750000094000,'a2794666ff136221','c68a395f62b82246:2:1005',1750000138700,1,NULL,NULL,NULL,1750000018700,NULL,NULL,0,'{"lost is":"red"}',NULL,'may_differ','');
INSERT INTO "changes" VALUES(1006,'pending','thing paint waiting','thing paint','toy','default','acme.example.com','m-acme','thing:waiting','T1:UOLGA','','change','{"before":{"waiting is":"red"},"calls":[{"method":"thing.paint","note":"Paint waiting blue.","params":{"COLOUR":"blue","ID":"waiting"}}],"consequences":{},"notes":[],"obstacles":{},"radius":[],"remember":[{"key":"waiting","kind":"painted","over":null,"value":{"colour":"blue"}}],"risk":null,"summary":"Paint waiting","target":"thing:waiting","undo":{"calls":[],"kind":"full","line":"thing paint waiting --colour red","partial":null,"sentence":"Paint it back."},"wanted":{"waiting is":"blue"},"warnings":[]}','3f221faf11585099893817e590567edfc31c1f39a20423134f378329e4983b71','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750086621000,1750090221000,NULL,NULL,NULL,'','C0PS','13.0',NULL,NULL,'84affb8a2c737411',NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,'may_differ','');
INSERT INTO "changes" VALUES(1007,'pending','thing remove pending','thing remove','toy','default','acme.example.com','m-acme','thing:pending','T1:UOLGA','','destroy','{"before":{"pending is":"red"},"calls":[{"method":"thing.remove","note":"Remove pending.","params":{"ID":"pending"}}],"consequences":{},"notes":[],"obstacles":{},"radius":["red pending"],"remember":[{"key":"pending","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove pending","target":"thing:pending","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"It cannot be put back."},"wanted":{"pending is":null},"warnings":["It is gone then."]}','170372b03ca60b13269aaa7efa8459868377a576c375860ad3b7a5f0253a869c','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750086622000,1750090222000,NULL,NULL,NULL,'','CAPPR','14.0',NULL,NULL,'fcda6aaa2f37eaf8',NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,'may_differ','');
INSERT INTO "changes" VALUES(1008,'done','thing paint confirmed','thing paint','toy','default','acme.example.com','m-acme','thing:confirmed','T1:UOLGA','','change','{"before":{"confirmed is":"red"},"calls":[{"method":"thing.paint","note":"Paint confirmed blue.","params":{"COLOUR":"blue","ID":"confirmed"}}],"consequences":{},"notes":[],"obstacles":{},"radius":[],"remember":[{"key":"confirmed","kind":"painted","over":null,"value":{"colour":"blue"}}],"risk":null,"summary":"Paint confirmed","target":"thing:confirmed","undo":{"calls":[],"kind":"full","line":"thing paint confirmed --colour red","partial":null,"sentence":"Paint it back."},"wanted":{"confirmed is":"blue"},"warnings":[]}','e35b2cc6ffc42b04cc788cda2d91a65476cea98787f05bade9d6b4c0515c5151','{"expires_in":3600000,"kind":"NeedsConfirmation"}',1750086623000,1750090223000,1750086624000,1750086625000,1750086625000,'Done and verified by reading it back.
• confirmed is: red → blue','C0PS','15.0',NULL,NULL,'3981177bab8e1b52','c68a395f62b82246:2:1008',1750086745000,1,NULL,NULL,NULL,1750086625000,NULL,NULL,0,'{"confirmed is":"blue"}',NULL,'may_differ','');
INSERT INTO "changes" VALUES(1009,'approved','thing remove approved','thing remove','toy','default','acme.example.com','m-acme','thing:approved','T1:UOLGA','','destroy','{"before":{"approved is":"red"},"calls":[{"method":"thing.remove","note":"Remove approved.","params":{"ID":"approved"}}],"consequences":{},"notes":[],"obstacles":{},"radius":["red approved"],"remember":[{"key":"approved","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove approved","target":"thing:approved","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"It cannot be put back."},"wanted":{"approved is":null},"warnings":["It is gone then."]}','e7ae8cd8d725cb66808ae08bab7c05cdfd37bab39f25efc859ee310d57238277','{"expires_in":3600000,"kind":"NeedsApproval","quorum":1,"role":"approver"}',1750086624000,1750090224000,1750086625000,NULL,NULL,'','CAPPR','16.0',NULL,NULL,'d40d7aec05c2caf1',NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,'may_differ','');
INSERT INTO "changes" VALUES(1010,'approved','thing remove unreviewed','thing remove','toy','default','acme.example.com','m-acme','thing:unreviewed','T1:UIDA','it burns again','destroy','{"before":{"unreviewed is":"red"},"calls":[{"method":"thing.remove","note":"Remove unreviewed.","params":{"ID":"unreviewed"}}],"consequences":{},"notes":[],"obstacles":{},"radius":["red unreviewed"],"remember":[{"key":"unreviewed","kind":"painted","over":null,"value":null}],"risk":null,"summary":"Remove unreviewed","target":"thing:unreviewed","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"It cannot be put back."},"wanted":{"unreviewed is":null},"warnings":["It is gone then."]}','5e9edee49aaba19df496adf72d84d2ab323e020d4ce934956739ad74d8b12dbe','{"expires_in":3600000,"kind":"BrokenGlass"}',1750086625000,1750090225000,1750086628000,NULL,NULL,'','CAPPR','18.0',NULL,NULL,'15b190c8c9d75256',NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,'may_differ','');
INSERT INTO "changes" VALUES(1011,'pending','request review CR-1010','request review','house','b24bot','b24bot itself','b24bot','review:CR-1010','T1:UIDA','it burns again','govern','{"before":{"review":"awaited"},"calls":[{"method":"glass.review","note":"Put on record that somebody else has looked at CR-1010: Remove unreviewed","params":{"number":1010}}],"consequences":{},"notes":[],"obstacles":{},"radius":["T1:UIDA ran it without the approval of anybody else. Why: it burns again"],"remember":[],"risk":null,"summary":"Review the broken glass of CR-1010","target":"review:CR-1010","undo":{"calls":[],"kind":"none","line":"","partial":null,"sentence":"There is nothing to undo."},"wanted":{"review":"approved"},"warnings":[]}','8110d074e6caddc23c4ba852c434a482a89de59cba695d2adbd089cc7249ca72','{"expires_in":604800000,"kind":"NeedsApproval","quorum":1,"role":"admin"}',1750086628000,1750691428000,NULL,NULL,NULL,'','CAPPR','20.0',NULL,NULL,'399c2d3204198e9c',NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,'may_differ','');
CREATE TABLE channels (
        channel TEXT PRIMARY KEY, working INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "channels" VALUES('CAUDIT',1,'',1750086628000);
CREATE TABLE executions (
        number INTEGER NOT NULL REFERENCES changes (number), step INTEGER NOT NULL, method TEXT NOT NULL,
        intended_at INTEGER NOT NULL, verdict TEXT, code TEXT, sentence TEXT, answered_at INTEGER, sent_at INTEGER,
        PRIMARY KEY (number, step)) STRICT;
INSERT INTO "executions" VALUES(1001,0,'thing.paint',1750000003300,'done','','The toy said something.',1750000003300,1750000003300);
INSERT INTO "executions" VALUES(1002,0,'thing.remove',1750000006900,'done','','The toy said something.',1750000006900,1750000006900);
INSERT INTO "executions" VALUES(1003,0,'thing.remove',1750000012500,'done','','The toy said something.',1750000012500,1750000012500);
INSERT INTO "executions" VALUES(1004,0,'glass.review',1750000015100,'done','','CR-1003 has been reviewed.',1750000015100,1750000015100);
INSERT INTO "executions" VALUES(1005,0,'thing.remove',1750000018700,'unknown','','The toy said something.',1750000018700,1750000018700);
INSERT INTO "executions" VALUES(1008,0,'thing.paint',1750086625000,'done','','The toy said something.',1750086625000,1750086625000);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "facts" VALUES('sealed_by_rules','1');
CREATE TABLE grants (
        team TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL, granted_by TEXT NOT NULL,
        granted_at INTEGER NOT NULL, PRIMARY KEY (team, person)) STRICT;
INSERT INTO "grants" VALUES('T1','UOLGA','operator','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UANTON','approver','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UVERA','approver','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UIDA','admin','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T2','UANTON','admin','local:tester',1750000000000);
INSERT INTO "grants" VALUES('T1','UADA','admin','local:tester',1750000000000);
CREATE TABLE jobs (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'new',
        attempts INTEGER NOT NULL DEFAULT 0, due_steady INTEGER NOT NULL, created_at INTEGER NOT NULL, rank INTEGER NOT NULL DEFAULT 0, person TEXT NOT NULL DEFAULT '', turn INTEGER NOT NULL DEFAULT 0, cut_short INTEGER NOT NULL DEFAULT 0, cut_alone INTEGER NOT NULL DEFAULT 0, counted INTEGER NOT NULL DEFAULT 0, place TEXT NOT NULL DEFAULT '', leads INTEGER NOT NULL DEFAULT 1) STRICT;
INSERT INTO "jobs" VALUES(4,'execute','1009','new',0,0,1750086625000,4,'T1:UOLGA',2,0,0,0,'m-acme',1);
INSERT INTO "jobs" VALUES(6,'execute','1010','new',0,0,1750086628000,4,'T1:UIDA',2,0,0,0,'m-acme',1);
CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'new', attempts INTEGER NOT NULL DEFAULT 0, due_steady INTEGER NOT NULL,
        created_at INTEGER NOT NULL, sent_at INTEGER, error TEXT NOT NULL DEFAULT '', number INTEGER NOT NULL DEFAULT 0, channel TEXT NOT NULL DEFAULT '', died_at INTEGER, person TEXT NOT NULL DEFAULT '', urgency INTEGER NOT NULL DEFAULT 0, created_steady INTEGER) STRICT;
INSERT INTO "outbox" VALUES(1,'audit:1','audit','','sent',1,0,1750000000000,1750000000000,'',0,'',NULL,'',0,1750000000000);
INSERT INTO "outbox" VALUES(2,'audit:2','audit','','sent',1,0,1750000000000,1750000000000,'',0,'',NULL,'',0,1750000000000);
INSERT INTO "outbox" VALUES(3,'audit:3','audit','','sent',1,0,1750000000000,1750000000000,'',0,'',NULL,'',0,1750000000000);
INSERT INTO "outbox" VALUES(4,'audit:4','audit','','sent',1,0,1750000000000,1750000000000,'',0,'',NULL,'',0,1750000000000);
INSERT INTO "outbox" VALUES(5,'audit:5','audit','','sent',1,0,1750000000000,1750000000000,'',0,'',NULL,'',0,1750000000000);
INSERT INTO "outbox" VALUES(6,'audit:6','audit','','sent',1,0,1750000000000,1750000000000,'',0,'',NULL,'',0,1750000000000);
INSERT INTO "outbox" VALUES(7,'audit:7','audit','','sent',1,0,1750000000000,1750000000000,'',0,'',NULL,'',0,1750000000000);
INSERT INTO "outbox" VALUES(8,'audit:8','audit','','sent',1,0,1750000001000,1750000001000,'',0,'',NULL,'',0,1750000001000);
INSERT INTO "outbox" VALUES(9,'card:1001','card','','sent',1,0,1750000001000,1750000003300,'',1001,'',NULL,'',1,1750000001000);
INSERT INTO "outbox" VALUES(10,'whisper:54c83de8cc163c1a','whisper','','sent',1,0,1750000001000,1750000001000,'',0,'',NULL,'T1:UOLGA',0,1750000001000);
INSERT INTO "outbox" VALUES(11,'audit:9','audit','','sent',1,0,1750000002000,1750000002000,'',0,'',NULL,'',1,1750000002000);
INSERT INTO "outbox" VALUES(12,'thread:1001:1adf27fd300d2ba5','thread','','sent',1,0,1750000002000,1750000002000,'',1001,'',NULL,'',0,1750000002000);
INSERT INTO "outbox" VALUES(13,'audit:10','audit','','sent',1,0,1750000003300,1750000003300,'',0,'',NULL,'',0,1750000003300);
INSERT INTO "outbox" VALUES(14,'audit:12','audit','','sent',1,0,1750000003300,1750000003300,'',0,'',NULL,'',0,1750000003300);
INSERT INTO "outbox" VALUES(15,'thread:1001:5cdcc39d1ef15b4b','thread','','sent',1,0,1750000003300,1750000003300,'',1001,'',NULL,'',0,1750000003300);
INSERT INTO "outbox" VALUES(16,'audit:13','audit','','sent',1,0,1750000004600,1750000004600,'',0,'',NULL,'',0,1750000004600);
INSERT INTO "outbox" VALUES(17,'card:1002','card','','sent',1,0,1750000004600,1750000006900,'',1002,'',NULL,'',1,1750000004600);
INSERT INTO "outbox" VALUES(18,'whisper:078d3d2038a7b96d','whisper','','sent',1,0,1750000004600,1750000004600,'',0,'',NULL,'T1:UOLGA',0,1750000004600);
INSERT INTO "outbox" VALUES(19,'audit:14','audit','','sent',1,0,1750000005600,1750000005600,'',0,'',NULL,'',1,1750000005600);
INSERT INTO "outbox" VALUES(20,'thread:1002:834d7f06124def3d','thread','','sent',1,0,1750000005600,1750000005600,'',1002,'',NULL,'',0,1750000005600);
INSERT INTO "outbox" VALUES(21,'audit:15','audit','','sent',1,0,1750000006900,1750000006900,'',0,'',NULL,'',0,1750000006900);
INSERT INTO "outbox" VALUES(22,'audit:17','audit','','sent',1,0,1750000006900,1750000006900,'',0,'',NULL,'',0,1750000006900);
INSERT INTO "outbox" VALUES(23,'thread:1002:25c5594c888d1575','thread','','sent',1,0,1750000006900,1750000006900,'',1002,'',NULL,'',0,1750000006900);
INSERT INTO "outbox" VALUES(24,'audit:18','audit','','sent',1,0,1750000008200,1750000008200,'',0,'',NULL,'',0,1750000008200);
INSERT INTO "outbox" VALUES(25,'card:1003','card','','sent',1,0,1750000008200,1750000012500,'',1003,'',NULL,'',1,1750000008200);
INSERT INTO "outbox" VALUES(26,'whisper:07ca834552c06acc','whisper','','sent',1,0,1750000008200,1750000008200,'',0,'',NULL,'T1:UIDA',0,1750000008200);
INSERT INTO "outbox" VALUES(27,'audit:19','audit','','sent',1,0,1750000009200,1750000009200,'',0,'',NULL,'',1,1750000009200);
INSERT INTO "outbox" VALUES(28,'audit:20','audit','','sent',1,0,1750000009200,1750000009200,'',0,'',NULL,'',0,1750000009200);
INSERT INTO "outbox" VALUES(29,'card:1004','card','','sent',1,0,1750000009200,1750000015100,'',1004,'',NULL,'',1,1750000009200);
INSERT INTO "outbox" VALUES(30,'announcement:c20b60bba00d93ed','announcement','','sent',1,0,1750000009200,1750000010200,'',0,'CAPPR',NULL,'',0,1750000009200);
INSERT INTO "outbox" VALUES(31,'announcement:58719b647101a54a','announcement','','sent',1,0,1750000009200,1750000010200,'',0,'CAUDIT',NULL,'',0,1750000009200);
INSERT INTO "outbox" VALUES(32,'audit:21','audit','','sent',1,0,1750000009200,1750000009200,'',0,'',NULL,'',1,1750000009200);
INSERT INTO "outbox" VALUES(33,'thread:1003:12d2222ebf940cdc','thread','','sent',1,0,1750000009200,1750000011200,'',1003,'',NULL,'',0,1750000009200);
INSERT INTO "outbox" VALUES(34,'audit:22','audit','','sent',1,0,1750000012500,1750000012500,'',0,'',NULL,'',0,1750000012500);
INSERT INTO "outbox" VALUES(35,'audit:24','audit','','sent',1,0,1750000012500,1750000012500,'',0,'',NULL,'',0,1750000012500);
INSERT INTO "outbox" VALUES(36,'thread:1003:c747c3cc1e3e4ed6','thread','','sent',1,0,1750000012500,1750000012500,'',1003,'',NULL,'',0,1750000012500);
INSERT INTO "outbox" VALUES(37,'audit:25','audit','','sent',1,0,1750000013800,1750000013800,'',0,'',NULL,'',1,1750000013800);
INSERT INTO "outbox" VALUES(38,'thread:1004:9888aac7abb24948','thread','','sent',1,0,1750000013800,1750000013800,'',1004,'',NULL,'',0,1750000013800);
INSERT INTO "outbox" VALUES(39,'audit:26','audit','','sent',1,0,1750000015100,1750000015100,'',0,'',NULL,'',0,1750000015100);
INSERT INTO "outbox" VALUES(40,'audit:27','audit','','sent',1,0,1750000015100,1750000015100,'',0,'',NULL,'',0,1750000015100);
INSERT INTO "outbox" VALUES(41,'audit:29','audit','','sent',1,0,1750000015100,1750000015100,'',0,'',NULL,'',0,1750000015100);
INSERT INTO "outbox" VALUES(42,'thread:1004:eb0685312dde56be','thread','','sent',1,0,1750000015100,1750000015100,'',1004,'',NULL,'',0,1750000015100);
INSERT INTO "outbox" VALUES(43,'audit:30','audit','','sent',1,0,1750000016400,1750000016400,'',0,'',NULL,'',0,1750000016400);
INSERT INTO "outbox" VALUES(44,'card:1005','card','','sent',1,0,1750000016400,1750000099000,'',1005,'',NULL,'',1,1750000016400);
INSERT INTO "outbox" VALUES(45,'whisper:064121fa039a3068','whisper','','sent',1,0,1750000016400,1750000016400,'',0,'',NULL,'T1:UOLGA',0,1750000016400);
INSERT INTO "outbox" VALUES(46,'audit:31','audit','','sent',1,0,1750000017400,1750000017400,'',0,'',NULL,'',1,1750000017400);
INSERT INTO "outbox" VALUES(47,'thread:1005:014bdfad4a4d0cf1','thread','','sent',1,0,1750000017400,1750000017400,'',1005,'',NULL,'',0,1750000017400);
INSERT INTO "outbox" VALUES(48,'audit:32','audit','','sent',1,0,1750000018700,1750000018700,'',0,'',NULL,'',0,1750000018700);
INSERT INTO "outbox" VALUES(49,'audit:34','audit','','sent',1,0,1750000018700,1750000018700,'',0,'',NULL,'',0,1750000018700);
INSERT INTO "outbox" VALUES(50,'thread:1005:fe21a3d04410aa6a','thread','','sent',1,0,1750000018700,1750000018700,'',1005,'',NULL,'',0,1750000018700);
INSERT INTO "outbox" VALUES(51,'audit:35','audit','','sent',1,0,1750000099000,1750000099000,'',0,'',NULL,'',0,1750000099000);
INSERT INTO "outbox" VALUES(52,'thread:1005:c338044247739e69','thread','','sent',1,0,1750000099000,1750000099000,'',1005,'',NULL,'',0,1750000099000);
INSERT INTO "outbox" VALUES(53,'audit:36','audit','','sent',1,0,1750000220000,1750086620000,'',0,'',NULL,'',0,1750000220000);
INSERT INTO "outbox" VALUES(54,'audit:37','audit','','sent',1,0,1750000220000,1750086620000,'',0,'',NULL,'',0,1750000220000);
INSERT INTO "outbox" VALUES(55,'audit:38','audit','','sent',1,0,1750000220000,1750086620000,'',0,'',NULL,'',0,1750000220000);
INSERT INTO "outbox" VALUES(56,'audit:39','audit','','sent',1,0,1750086620000,1750086620000,'',0,'',NULL,'',0,1750086620000);
INSERT INTO "outbox" VALUES(57,'audit:41','audit','','sent',1,0,1750086621000,1750086621000,'',0,'',NULL,'',0,1750086621000);
INSERT INTO "outbox" VALUES(58,'card:1006','card','','sent',1,0,1750086621000,1750086621000,'',1006,'',NULL,'',0,1750086621000);
INSERT INTO "outbox" VALUES(59,'whisper:f932a874e51831cc','whisper','','sent',1,0,1750086621000,1750086621000,'',0,'',NULL,'T1:UOLGA',0,1750086621000);
INSERT INTO "outbox" VALUES(60,'audit:42','audit','','sent',1,0,1750086622000,1750086622000,'',0,'',NULL,'',0,1750086622000);
INSERT INTO "outbox" VALUES(61,'card:1007','card','','sent',1,0,1750086622000,1750086622000,'',1007,'',NULL,'',0,1750086622000);
INSERT INTO "outbox" VALUES(62,'whisper:766d10c1d5b0c253','whisper','','sent',1,0,1750086622000,1750086622000,'',0,'',NULL,'T1:UOLGA',0,1750086622000);
INSERT INTO "outbox" VALUES(63,'audit:43','audit','','sent',1,0,1750086623000,1750086623000,'',0,'',NULL,'',0,1750086623000);
INSERT INTO "outbox" VALUES(64,'card:1008','card','','sent',1,0,1750086623000,1750086625000,'',1008,'',NULL,'',1,1750086623000);
INSERT INTO "outbox" VALUES(65,'whisper:962a10cdb2d58ab6','whisper','','sent',1,0,1750086623000,1750086623000,'',0,'',NULL,'T1:UOLGA',0,1750086623000);
INSERT INTO "outbox" VALUES(66,'audit:44','audit','','sent',1,0,1750086624000,1750086624000,'',0,'',NULL,'',1,1750086624000);
INSERT INTO "outbox" VALUES(67,'thread:1008:8a2471f5448468bd','thread','','sent',1,0,1750086624000,1750086624000,'',1008,'',NULL,'',0,1750086624000);
INSERT INTO "outbox" VALUES(68,'audit:45','audit','','sent',1,0,1750086624000,1750086624000,'',0,'',NULL,'',0,1750086624000);
INSERT INTO "outbox" VALUES(69,'card:1009','card','','sent',1,1750086626200,1750086624000,1750086627000,'',1009,'',NULL,'',-1,1750086624000);
INSERT INTO "outbox" VALUES(70,'whisper:7aec63f7d521a6ed','whisper','','sent',1,0,1750086624000,1750086624000,'',0,'',NULL,'T1:UOLGA',0,1750086624000);
INSERT INTO "outbox" VALUES(71,'audit:46','audit','','sent',1,0,1750086625000,1750086625000,'',0,'',NULL,'',1,1750086625000);
INSERT INTO "outbox" VALUES(72,'thread:1009:17d750a18be16233','thread','','sent',1,0,1750086625000,1750086625000,'',1009,'',NULL,'',0,1750086625000);
INSERT INTO "outbox" VALUES(73,'audit:47','audit','','sent',1,0,1750086625000,1750086625000,'',0,'',NULL,'',0,1750086625000);
INSERT INTO "outbox" VALUES(74,'audit:49','audit','','sent',1,0,1750086625000,1750086625000,'',0,'',NULL,'',0,1750086625000);
INSERT INTO "outbox" VALUES(75,'thread:1008:62a72648150acf9d','thread','','sent',1,0,1750086625000,1750086625000,'',1008,'',NULL,'',0,1750086625000);
INSERT INTO "outbox" VALUES(76,'audit:50','audit','','sent',1,0,1750086625000,1750086625000,'',0,'',NULL,'',0,1750086625000);
INSERT INTO "outbox" VALUES(77,'card:1010','card','','sent',1,1750086629200,1750086625000,1750086630000,'',1010,'',NULL,'',-1,1750086625000);
INSERT INTO "outbox" VALUES(78,'whisper:0d004365b2f4a491','whisper','','sent',1,0,1750086625000,1750086625000,'',0,'',NULL,'T1:UIDA',0,1750086625000);
INSERT INTO "outbox" VALUES(79,'audit:51','audit','','sent',1,0,1750086628000,1750086628000,'',0,'',NULL,'',1,1750086628000);
INSERT INTO "outbox" VALUES(80,'audit:52','audit','','sent',1,0,1750086628000,1750086628000,'',0,'',NULL,'',0,1750086628000);
INSERT INTO "outbox" VALUES(81,'card:1011','card','','sent',1,0,1750086628000,1750086628000,'',1011,'',NULL,'',0,1750086628000);
INSERT INTO "outbox" VALUES(82,'announcement:48eee96c67c6b747','announcement','','sent',1,0,1750086628000,1750086629000,'',0,'CAPPR',NULL,'',0,1750086628000);
INSERT INTO "outbox" VALUES(83,'announcement:32a144976b2618cc','announcement','','sent',1,0,1750086628000,1750086629000,'',0,'CAUDIT',NULL,'',0,1750086628000);
INSERT INTO "outbox" VALUES(84,'audit:53','audit','','sent',1,0,1750086628000,1750086628000,'',0,'',NULL,'',1,1750086628000);
INSERT INTO "outbox" VALUES(85,'thread:1010:418d4e8a7e339ac0','thread','','sent',1,0,1750086628000,1750086630000,'',1010,'',NULL,'',0,1750086628000);
CREATE TABLE people (
        team TEXT NOT NULL, person TEXT NOT NULL, standing TEXT NOT NULL, at INTEGER NOT NULL, missing TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (team, person)) STRICT;
INSERT INTO "people" VALUES('T1','UOLGA','member',1750086621000,'');
INSERT INTO "people" VALUES('T1','UADA','member',1750086622000,'');
INSERT INTO "people" VALUES('T1','UANTON','member',1750086625000,'');
INSERT INTO "people" VALUES('T1','UIDA','member',1750086625000,'');
CREATE TABLE receipts (key TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
INSERT INTO "receipts" VALUES('key-1','58e2af632e1003c319c75720ea83eef3f66b6bcb5b49cff9db8ff1a587e6dc8d',1750000001000);
INSERT INTO "receipts" VALUES('key-2','261fd9ce14f68bead9eb4ba594c5c311f3f58a01b7ed84db2d3e0346f2cf12d2',1750000002000);
INSERT INTO "receipts" VALUES('key-3','562489e53ac9a8feb4b88e483fc5be8e1bd385733e627ff3a497d766ea9c8b37',1750000004600);
INSERT INTO "receipts" VALUES('key-4','d5c336c0c490decfeaeb621aa32a9295d103a9e0aae60595c6fd42a19ef0d8b6',1750000005600);
INSERT INTO "receipts" VALUES('key-5','dee31f154860e5dc1a9e072bd0fc86da10e133567a21d2a650e0ca5d4636d219',1750000008200);
INSERT INTO "receipts" VALUES('key-6','668953fae6a9c1c76d73d609be30bc783dd474e0ea5c538f998d83353b172490',1750000009200);
INSERT INTO "receipts" VALUES('key-7','b37d315d979ecf9056cc9a89e530b031b275cdf2c6e06497494aceb4205e010e',1750000013800);
INSERT INTO "receipts" VALUES('key-8','e60b5a9b6f81931825fa3bb3afde2dd21a1026070767867b09ce9aa590fdc035',1750000016400);
INSERT INTO "receipts" VALUES('key-9','ba46ac05df6d70ec5fcb4f9c569244e7c3c68007551da4488e28614a803e1c9c',1750000017400);
INSERT INTO "receipts" VALUES('key-10','42aecf975c67beee5f353daa0d188c3317d97c28918600732d91a45f6c4b4b8d',1750086621000);
INSERT INTO "receipts" VALUES('key-11','d2292debff076d8a8beabb47e77265e7b31956f98ae2cfa1776c0671752e0050',1750086622000);
INSERT INTO "receipts" VALUES('key-12','d25e158f1d41f6bbb37f330cb5c10daf6023ec1c0c09b469e3e7c493f62daed6',1750086623000);
INSERT INTO "receipts" VALUES('key-13','dcbd48f77a351e55c8593afeaead90f39f0cfb0a86e02be30bd21b885d4ae195',1750086624000);
INSERT INTO "receipts" VALUES('key-14','b22fb6e9182e2096c8be1098d0c8c59339bc91c2e8cefd5ac38a90fba8dbd470',1750086624000);
INSERT INTO "receipts" VALUES('key-15','6923aca7076933cc762d646b20f1722a7afe0d87bdf430f2ac8d7ade4e943eec',1750086625000);
INSERT INTO "receipts" VALUES('key-16','4172ddf89fb115c20ef5cae0956fd7f75b8db24c1dc0f781a90e8da6f49743b6',1750086625000);
INSERT INTO "receipts" VALUES('key-17','26ebeb281f8b5ffcc5a7f218640c9ed498da556651ae3f03bbdeb3c2ef0fe243',1750086628000);
CREATE TABLE records (
        plugin TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (plugin, kind, key)) STRICT;
INSERT INTO "records" VALUES('toy','painted','painted','{"colour": "blue"}');
INSERT INTO "records" VALUES('toy','painted','confirmed','{"colour": "blue"}');
CREATE TABLE refusals (
        person TEXT NOT NULL, kind TEXT NOT NULL, since INTEGER NOT NULL, count INTEGER NOT NULL DEFAULT 0,
        subjects TEXT NOT NULL DEFAULT '[]', entry TEXT NOT NULL DEFAULT '', PRIMARY KEY (person, kind)) STRICT;
CREATE TABLE reviews (
        number INTEGER NOT NULL REFERENCES changes (number), reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
        reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (number, reviewer)) STRICT;
INSERT INTO "reviews" VALUES(1001,'T1:UOLGA','approve','',1750000002000);
INSERT INTO "reviews" VALUES(1002,'T1:UANTON','approve','',1750000005600);
INSERT INTO "reviews" VALUES(1003,'T1:UIDA','approve','',1750000009200);
INSERT INTO "reviews" VALUES(1004,'T1:UADA','approve','',1750000013800);
INSERT INTO "reviews" VALUES(1005,'T1:UANTON','approve','',1750000017400);
INSERT INTO "reviews" VALUES(1008,'T1:UOLGA','approve','',1750086624000);
INSERT INTO "reviews" VALUES(1009,'T1:UANTON','approve','',1750086625000);
INSERT INTO "reviews" VALUES(1010,'T1:UIDA','approve','',1750086628000);
CREATE TABLE secrets (
        plugin TEXT NOT NULL, name TEXT NOT NULL, box BLOB NOT NULL, generation INTEGER NOT NULL,
        lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, lease_from INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (plugin, name)) STRICT;
CREATE TABLE stops (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, person TEXT NOT NULL,
        number INTEGER NOT NULL, reason TEXT NOT NULL, settled_at INTEGER) STRICT;
CREATE TABLE tallies (
    counted TEXT NOT NULL, word TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (counted, word)) STRICT;
INSERT INTO "tallies" VALUES('outbox','new',0);
INSERT INTO "tallies" VALUES('outbox','sending',0);
INSERT INTO "tallies" VALUES('outbox','sent',85);
INSERT INTO "tallies" VALUES('changes','pending',3);
INSERT INTO "tallies" VALUES('changes','approved',2);
INSERT INTO "tallies" VALUES('changes','running',0);
INSERT INTO "tallies" VALUES('changes','done',5);
INSERT INTO "tallies" VALUES('changes','unknown',0);
INSERT INTO "tallies" VALUES('changes','failed',1);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX changes_status ON changes (status, expires_at);
CREATE INDEX audit_subject ON audit (subject, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX outbox_due ON outbox (state, due_steady);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
       WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE INDEX changes_requester ON changes (requester, status);
CREATE INDEX audit_tag ON audit (tag, seq);
CREATE INDEX outbox_order ON outbox (state, kind, id);
CREATE INDEX outbox_number ON outbox (number, kind, state);
CREATE TRIGGER changes_arrows BEFORE UPDATE OF status ON changes
       WHEN OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ('pending>approved', 'pending>expired', 'pending>rejected', 'pending>withdrawn', 'approved>changed', 'approved>expired', 'approved>failed', 'approved>gone', 'approved>rejected', 'approved>running', 'approved>withdrawn', 'running>done', 'running>failed', 'running>gone', 'running>unknown', 'unknown>done', 'unknown>failed', 'unknown>gone')
       BEGIN SELECT RAISE(ABORT, 'a change request cannot take that step'); END;
CREATE INDEX outbox_urgency ON outbox (state, kind, urgency DESC, id);
CREATE INDEX jobs_heads ON jobs (rank, place, turn, id, person, cut_short) WHERE state = 'new' AND due_steady = 0 AND leads = 1;
CREATE INDEX jobs_own ON jobs (rank, place, person, turn, id, cut_short) WHERE state = 'new' AND due_steady = 0;
CREATE INDEX jobs_taken ON jobs (rank, place, turn, person, cut_short) WHERE state = 'taken';
CREATE INDEX jobs_put_off ON jobs (due_steady) WHERE state = 'new' AND due_steady > 0;
CREATE INDEX jobs_counted ON jobs (person) WHERE state = 'new' AND counted = 1;
CREATE INDEX jobs_aside ON jobs (created_at) WHERE state = 'aside';
CREATE TRIGGER changes_tally_added AFTER INSERT ON changes BEGIN INSERT INTO tallies VALUES ('changes', NEW.status, 1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; END;
CREATE TRIGGER changes_tally_removed AFTER DELETE ON changes BEGIN INSERT INTO tallies VALUES ('changes', OLD.status, -1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; END;
CREATE TRIGGER changes_tally_moved AFTER UPDATE OF status ON changes WHEN OLD.status <> NEW.status BEGIN INSERT INTO tallies VALUES ('changes', OLD.status, -1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; INSERT INTO tallies VALUES ('changes', NEW.status, 1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; END;
CREATE TRIGGER outbox_tally_added AFTER INSERT ON outbox BEGIN INSERT INTO tallies VALUES ('outbox', NEW.state, 1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; END;
CREATE TRIGGER outbox_tally_removed AFTER DELETE ON outbox BEGIN INSERT INTO tallies VALUES ('outbox', OLD.state, -1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; END;
CREATE TRIGGER outbox_tally_moved AFTER UPDATE OF state ON outbox WHEN OLD.state <> NEW.state BEGIN INSERT INTO tallies VALUES ('outbox', OLD.state, -1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; INSERT INTO tallies VALUES ('outbox', NEW.state, 1) ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number; END;
CREATE INDEX changes_shown ON changes (status, partly, (undone_by IS NOT NULL));
CREATE INDEX outbox_waiting ON outbox (kind, created_steady) WHERE state IN ('new', 'sending');
CREATE INDEX outbox_refused ON outbox (state, id) WHERE state = 'new' AND attempts > 0 AND error <> '';
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE state = 'sent';
CREATE INDEX outbox_dead ON outbox (coalesce(died_at, created_at)) WHERE state = 'dead';
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       WHEN EXISTS (SELECT 1 FROM audit_kept WHERE seq = OLD.seq) OR NOT EXISTS (
           SELECT 1 FROM audit WHERE tag = 'audit:records:archived' AND seq > json_extract(facts, '$.seq')
           AND OLD.seq BETWEEN json_extract(facts, '$.first') AND json_extract(facts, '$.seq'))
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE UNIQUE INDEX changes_one_open ON changes (plugin, place_identity, target) WHERE status IN ('pending', 'approved', 'running', 'unknown');
CREATE INDEX changes_target ON changes (plugin, place_identity, target);
COMMIT;
