/// The names of charsets, without what is no letter and no digit.
///
/// Those of WHATWG's Encoding Standard, of IANA, and those that Python, PHP (mbstring, iconv) and
/// databases use.
enum CharsetLabels {
  /// One line for each charset of `Charset.multiByte`, in its order.
  static var multiByte: String {
    """
    utf8 utf8mb3 utf8mb4 utf8mac cputf8 cp65001 unicode11utf8 unicode20utf8 xunicode20utf8 u8 utf
    usascii ascii ansix341968 ansix341986 iso646us iso646irv1991 isoir6 us ascii8bit 646 csascii \
    unknown8bit xunknown
    gb18030 gb180302000 gb180302005 gbk xgbk gb2312 gb231280 chinese csgb2312 csiso58gb231280 \
    isoir58 cngb cngb2312 xgb2312 gb2 gb23121980 euccn xeuccn euccncode cp936 936 ms936 windows936
    big5 big5hkscs big5hk big5eten cnbig5 csbig5 xxbig5 xbig5 big5tw cp950 950 ms950 windows950 hkscs
    shiftjis sjis shiftjisx0213 xsjis mskanji csshiftjis ms932 cp932 932 windows31j windows932 \
    cswindows31j sjiswin xmsjis xshiftjis sjismobile cp943 ibm943
    eucjp xeucjp euccjp ujis ujiscode cseucpkdfmtjapanese eucjpwin eucjpms cp51932 eucjis2004
    euckr xeuckr cseuckr korean ksc56011987 ksc5601 ksc56011989 ksx1001 csksc56011987 isoir149 \
    uhc cp949 949 ms949 windows949 xwindows949 xcp949
    iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jpms iso2022jpext csiso2022jp csiso2022jp2 \
    cp50220 cp50221 cp50222 jis jisms iso2022jp2004
    iso2022kr csiso2022kr
    hz hzgb2312 hzgb
    utf7 unicode11utf7 xunicode20utf7 csutf7 unicode20utf7 cp65000
    utf16 unicode iso10646ucs2 ucs2 csunicode utf16be unicodefffe
    utf16le unicodefeff ucs2le
    """
  }

  /// One line for each charset of `SingleByteTable`, in its order.
  static var singleByte: String {
    """
    windows1250 cp1250 xcp1250 1250 win1250
    windows1251 cp1251 xcp1251 1251 win1251 cswindows1251
    windows1252 cp1252 xcp1252 1252 win1252 ansi iso88591 latin1 latin l1 isoir100 csisolatin1 \
    ibm819 cp819 819 iso885911987 88591
    windows1253 cp1253 xcp1253 1253 win1253
    windows1254 cp1254 xcp1254 1254 win1254 iso88599 latin5 l5 isoir148 csisolatin5 iso885991989
    windows1255 cp1255 xcp1255 1255 win1255
    windows1256 cp1256 xcp1256 1256 win1256
    windows1257 cp1257 xcp1257 1257 win1257
    windows1258 cp1258 xcp1258 1258 win1258
    windows874 cp874 dos874 874 tis620 tis6200 tis62025290 tis62025291 iso885911 iso8859112001 \
    isoir166 thai
    iso88592 latin2 l2 isoir101 csisolatin2 iso885921987
    iso88593 latin3 l3 isoir109 csisolatin3 iso885931988
    iso88594 latin4 l4 isoir110 csisolatin4 iso885941988
    iso88595 cyrillic isoir144 csisolatincyrillic iso885951988
    iso88596 arabic asmo708 ecma114 isoir127 csisolatinarabic iso885961987 iso88596e iso88596i
    iso88597 greek greek8 ecma118 elot928 suneugreek isoir126 csisolatingreek iso885971987
    iso88598 hebrew visual logical isoir138 csisolatinhebrew iso885981988 iso88598e iso88598i
    iso885910 latin6 l6 isoir157 csisolatin6 iso8859101992
    iso885913 latin7 l7
    iso885914 latin8 l8 isoir199 isoceltic iso8859141998
    iso885915 latin9 l9 latin0 csisolatin9 isoir203 iso8859151998 88591515
    iso885916 latin10 l10 isoir226 iso8859162001
    koi8r koi8 koi cskoi8r
    koi8u koi8ru
    koi8t
    ibm437 cp437 437 cspc8codepage437
    ibm850 cp850 850 cspc850multilingual
    ibm852 cp852 852
    ibm855 cp855 855
    ibm857 cp857 857
    ibm858 cp858 858 ibm00858 cp00858
    ibm860 cp860 860
    ibm861 cp861 861 cpis
    ibm862 cp862 862
    ibm863 cp863 863
    ibm865 cp865 865
    ibm866 cp866 866 csibm866
    ibm737 cp737 737
    ibm775 cp775 775
    cp1125 ibm1125 cp866u ruscii
    macroman macintosh mac xmacroman csmacintosh
    maccyrillic xmaccyrillic xmacukrainian macukraine
    macgreek xmacgreek
    maclatin2 macce xmacce macceurope maccentraleurope
    macturkish xmacturkish
    maciceland xmaciceland
    ptcp154 csptcp154 pt154 cp154 cyrillicasian
    kz1048 strk10482002 rk1048 cskz1048
    hproman8 roman8 r8 cshproman8
    armscii8 armscii
    """
  }

  /// Finds the line of a name.
  ///
  /// - Parameters:
  ///   - name: Letters and digits in lower case, not empty.
  ///   - text: One of the lists.
  /// - Returns: The number of the line, from 0; nil if the name is not there.
  static func line(of name: [UInt8], in text: String) -> Int? {
    let bytes = text.utf8.span
    var line = 0
    var index = 0
    while index < bytes.count {
      var count = 0
      var isSame = true
      while index < bytes.count, bytes[index] > Octets.space {
        if count >= name.count || bytes[index] != name[count] { isSame = false }
        count += 1
        index += 1
      }
      if isSame && count == name.count { return line }
      if index < bytes.count, bytes[index] == Octets.lineFeed { line += 1 }
      index += 1
    }
    return nil
  }
}
