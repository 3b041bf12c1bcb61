// Written by Tests/Charsets/generate.

/// Characters that stand for ASCII in compatibility form (NFKC), in the order of their code points.
enum CompatibilityTable {
  /// First code point (3 digits), how many (1), ASCII of the first (2).
  static var runs: String {
    """
    ACqBBhACyCAyAC5BAxAC6BBvAF/BBzAKwBBoAKyBBqAKzBByAK3BB3AK4BB5ALhBBsALiBBzALjBB4AN+BA7\
    B0sBBBB0uBBCB0wCBEB0zIBHB08BBPB0+BBQB0/BBSB1ACBUB1CBBXB1DBBhB1HBBiB1ICBkB1NBBnB1PBBr\
    B1QBBtB1SBBvB1WBBwB1XCB0B1bBB2B1iBBpB1jBByB1kCB1B2cBBjB2gBBmB27BB6B/vBBgCAkBAuCBwBAw\
    CBxBBpCB0GA0CB6BArCB8BA9CB9CAoCB/BBuCCAKAwCCKBArCCMBA9CCNCAoCCQBBhCCRBBlCCSBBvCCTBB4\
    CCVBBoCCWEBrCCaBBwCCbCBzCECBBDCEKBBnCELBBICEMBBICENBBICEOBBoCEQBBJCERBBJCESBBMCETBBs\
    CEVBBOCEZDBQCEcBBSCEdBBSCEkBBaCEoBBaCEqBBLCEsCBCCEvBBlCEwCBFCEzBBNCE0BBvCE5BBpCFFBBE\
    CFGCBkCFICBpCFgBBJCFkBBWCFpBBYCFsBBMCFtCBDCFvBBNCFwBBpCF0BB2CF5BB4CF8BBsCF9CBjCF/BBt\
    CRgJAxCS2aBBCTQaBhCTqBAwCx8BBqCx9BBWKfyBBDKfzBBGKf0BBRPspBArP4QBAsP4TCA6P4VBAhP4WBA/\
    P4zBBfP40BBfP41CAoP43BB7P44BB9P5HBBbP5IBBdP5NBBfP5OBBfP5PBBfP5QBAsP5SBAuP5UBA7P5VBA6\
    P5WBA/P5XBAhP5ZCAoP5bBB7P5cBB9P5fBAjP5gBAmP5hCAqP5jBAtP5kBA8P5lBA+P5mBA9P5oBBcP5pCAk\
    P5rBBAP8B/AhP9AfBgQelBBxdQAaBBdQaaBhdQ0aBBdROHBhdRWSBpdRoaBBdSCaBhdScBBBdSeCBDdSiBBH\
    dSlCBKdSpEBOdSuIBTdS2EBhdS7BBmdS9HBodTFLBwdTQaBBdTqaBhdUECBBdUHEBEdUNIBKdUWHBTdUeaBh\
    dU4CBBdU7EBEdVAFBJdVGBBPdVKHBTdVSaBhdVsaBBdWGaBhdWgaBBdW6aBhdXUaBBdXuaBhdYIaBBdYiaBh\
    dY8aBBdZWaBhdZwaBBdaKaBhdfOKAwdfYKAwdfiKAwdfsKAwdf2KAwfErBBDfEsBBSfEwaBBfvwKAw
    """
  }

  /// Code point (3 digits), and up to five characters of ASCII.
  static var texts: String {
    """
    AEyIJ   AEzij   AHHLJ   AHILj   AHJlj   AHKNJ   AHLNj   AHMnj   AHxDZ   AHyDz   \
    AHzdz   CAl..   CAm...  CA8!!   CBH??   CBI?!   CBJ!?   CCoRs   CEAa/c  CEBa/s  \
    CEFc/o  CEGc/u  CEWNo   CEgSM   CEhTEL  CEiTM   CE7FAX  CFhII   CFiIII  CFjIV   \
    CFlVI   CFmVII  CFnVIII CFoIX   CFqXI   CFrXII  CFxii   CFyiii  CFziv   CF1vi   \
    CF2vii  CF3viii CF4ix   CF6xi   CF7xii  CRp10   CRq11   CRr12   CRs13   CRt14   \
    CRu15   CRv16   CRw17   CRx18   CRy19   CRz20   CR0(1)  CR1(2)  CR2(3)  CR3(4)  \
    CR4(5)  CR5(6)  CR6(7)  CR7(8)  CR8(9)  CR9(10) CR+(11) CR/(12) CSA(13) CSB(14) \
    CSC(15) CSD(16) CSE(17) CSF(18) CSG(19) CSH(20) CSI1.   CSJ2.   CSK3.   CSL4.   \
    CSM5.   CSN6.   CSO7.   CSP8.   CSQ9.   CSR10.  CSS11.  CST12.  CSU13.  CSV14.  \
    CSW15.  CSX16.  CSY17.  CSZ18.  CSa19.  CSb20.  CSc(a)  CSd(b)  CSe(c)  CSf(d)  \
    CSg(e)  CSh(f)  CSi(g)  CSj(h)  CSk(i)  CSl(j)  CSm(k)  CSn(l)  CSo(m)  CSp(n)  \
    CSq(o)  CSr(p)  CSs(q)  CSt(r)  CSu(s)  CSv(t)  CSw(u)  CSx(v)  CSy(w)  CSz(x)  \
    CS0(y)  CS1(z)  Cp0::=  Cp1==   Cp2===  DJQPTE  DJR21   DJS22   DJT23   DJU24   \
    DJV25   DJW26   DJX27   DJY28   DJZ29   DJa30   DJb31   DJc32   DJd33   DJe34   \
    DJf35   DKx36   DKy37   DKz38   DK039   DK140   DK241   DK342   DK443   DK544   \
    DK645   DK746   DK847   DK948   DK+49   DK/50   DLMHg   DLNerg  DLOeV   DLPLTD  \
    DNxhPa  DNyda   DNzAU   DN0bar  DN1oV   DN2pc   DN3dm   DN4dm2  DN5dm3  DN6IU   \
    DOApA   DOBnA   DODmA   DOEkA   DOFKB   DOGMB   DOHGB   DOIcal  DOJkcal DOKpF   \
    DOLnF   DOOmg   DOPkg   DOQHz   DORkHz  DOSMHz  DOTGHz  DOUTHz  DOWml   DOXdl   \
    DOYkl   DOZfm   DOanm   DOcmm   DOdcm   DOekm   DOfmm2  DOgcm2  DOhm2   DOikm2  \
    DOjmm3  DOkcm3  DOlm3   DOmkm3  DOpPa   DOqkPa  DOrMPa  DOsGPa  DOtrad  DOwps   \
    DOxns   DOzms   DO0pV   DO1nV   DO3mV   DO4kV   DO5MV   DO6pW   DO7nW   DO9mW   \
    DO+kW   DO/MW   DPCa.m. DPDBq   DPEcc   DPFcd   DPHCo.  DPIdB   DPJGy   DPKha   \
    DPLHP   DPMin   DPNKK   DPOKM   DPPkt   DPQlm   DPRln   DPSlog  DPTlx   DPUmb   \
    DPVmil  DPWmol  DPXPH   DPYp.m. DPZPPM  DPaPR   DPbsr   DPcSv   DPdWb   DP/gal  \
    PsAff   PsBfi   PsCfl   PsDffi  PsEffl  PsFst   PsGst   P4Z...  P4w..   fEA0.   \
    fEB0,   fEC1,   fED2,   fEE3,   fEF4,   fEG5,   fEH6,   fEI7,   fEJ8,   fEK9,   \
    fEQ(A)  fER(B)  fES(C)  fET(D)  fEU(E)  fEV(F)  fEW(G)  fEX(H)  fEY(I)  fEZ(J)  \
    fEa(K)  fEb(L)  fEc(M)  fEd(N)  fEe(O)  fEf(P)  fEg(Q)  fEh(R)  fEi(S)  fEj(T)  \
    fEk(U)  fEl(V)  fEm(W)  fEn(X)  fEo(Y)  fEp(Z)  fEtCD   fEuWZ   fFKHV   fFLMV   \
    fFMSD   fFNSS   fFOPPV  fFPWC   fFqMC   fFrMD   fFsMR   fGQDJ   
    """
  }
}
