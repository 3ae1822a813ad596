/**
 * Authorities for children's services in England, each once, roughly where it is: a picture, since the real map would show
 * little of London and much of Northumberland. Each line is a row of tiles, each name the three letters of an authority.
 *
 * Codes, letters, names and regions: Department for Education and Office for National Statistics, open statistics, Open
 * Government Licence v3.0. The picture is this project's own.
 */
const PICTURE = `
... ... ... ... ... ... ... NBL
... ... ... ... ... ... ... NET NTY
... ... ... ... ... ... CBD GAT STY
... ... ... ... ... ... WAF DUR SND HPL
... ... ... ... ... ... ... DAL STT MDB RCC
... ... ... ... ... BPL LAN BBD NYE YOR
... ... ... ... SFT WGN BOL BUR RCH BRD LDS ERY KHL
... ... ... LIV KWL SHN SLF MAN OLD CLD KIR WKF NLN NEL
... ... ... WRL HAL WRT TRF SKP TAM BNS ROT DNC
... ... ... ... CHW CHE STE STS DBY SHF NTT LIN
... ... ... ... SHR TFW WLV DER NGM LEC RUT PTE NFK
... ... ... ... HEF DUD WLL BIR LCE NNT BDF CAM SFK
... ... ... ... ... WOR SAW SOL COV WNT MIK CBF LUT HRT ESS
... ... ... ... ... ... GLS WAR OXF BUC HRW BNE ENF HRY WFT RDB SOS
... ... ... ... SGC SWD WBK RDG SLG HIL BEN CMD ISL HCK NWM HAV THR
... ... ... ... BST BAS WIL WOK WNM EAL HMF KEC WSM LND TWH BDG MDW
... ... ... ... ... NSM SMT HAM BRC HNS RIC WND LBH SWK LEW GRE KEN
... ... ... ... DEV DST BPC STH POR SRY KTT MRT STN CRY BRY BEX
... IOS CON PLY TOB ... ... IOW ... ... WSX BNH ESX
`

/** By region: the code at the Department for Education, the letters, the name. */
const REGIONS: Readonly<Record<string, string>> = {
  'North East': `
    390 GAT Gateshead; 391 NET Newcastle upon Tyne; 392 NTY North Tyneside; 393 STY South Tyneside;
    394 SND Sunderland; 805 HPL Hartlepool; 806 MDB Middlesbrough; 807 RCC Redcar and Cleveland;
    808 STT Stockton-on-Tees; 840 DUR County Durham; 841 DAL Darlington; 929 NBL Northumberland`,
  'North West': `
    340 KWL Knowsley; 341 LIV Liverpool; 342 SHN St. Helens; 343 SFT Sefton; 344 WRL Wirral;
    350 BOL Bolton; 351 BUR Bury; 352 MAN Manchester; 353 OLD Oldham; 354 RCH Rochdale; 355 SLF Salford;
    356 SKP Stockport; 357 TAM Tameside; 358 TRF Trafford; 359 WGN Wigan; 876 HAL Halton;
    877 WRT Warrington; 888 LAN Lancashire; 889 BBD Blackburn with Darwen; 890 BPL Blackpool;
    895 CHE Cheshire East; 896 CHW Cheshire West and Chester; 942 CBD Cumberland;
    943 WAF Westmorland and Furness`,
  'Yorkshire and The Humber': `
    370 BNS Barnsley; 371 DNC Doncaster; 372 ROT Rotherham; 373 SHF Sheffield; 380 BRD Bradford;
    381 CLD Calderdale; 382 KIR Kirklees; 383 LDS Leeds; 384 WKF Wakefield; 810 KHL Kingston upon Hull;
    811 ERY East Riding of Yorkshire; 812 NEL North East Lincolnshire; 813 NLN North Lincolnshire;
    815 NYE North Yorkshire; 816 YOR York`,
  'East Midlands': `
    830 DBY Derbyshire; 831 DER Derby; 855 LEC Leicestershire; 856 LCE Leicester; 857 RUT Rutland;
    891 NTT Nottinghamshire; 892 NGM Nottingham; 925 LIN Lincolnshire; 940 NNT North Northamptonshire;
    941 WNT West Northamptonshire`,
  'West Midlands': `
    330 BIR Birmingham; 331 COV Coventry; 332 DUD Dudley; 333 SAW Sandwell; 334 SOL Solihull;
    335 WLL Walsall; 336 WLV Wolverhampton; 860 STS Staffordshire; 861 STE Stoke-on-Trent;
    884 HEF Herefordshire; 885 WOR Worcestershire; 893 SHR Shropshire; 894 TFW Telford and Wrekin;
    937 WAR Warwickshire`,
  'East of England': `
    821 LUT Luton; 822 BDF Bedford; 823 CBF Central Bedfordshire; 873 CAM Cambridgeshire;
    874 PTE Peterborough; 881 ESS Essex; 882 SOS Southend-on-Sea; 883 THR Thurrock; 919 HRT Hertfordshire;
    926 NFK Norfolk; 935 SFK Suffolk`,
  'Inner London': `
    201 LND City of London; 202 CMD Camden; 204 HCK Hackney; 205 HMF Hammersmith and Fulham;
    206 ISL Islington; 207 KEC Kensington and Chelsea; 208 LBH Lambeth; 209 LEW Lewisham;
    210 SWK Southwark; 211 TWH Tower Hamlets; 212 WND Wandsworth; 213 WSM Westminster; 309 HRY Haringey;
    316 NWM Newham`,
  'Outer London': `
    203 GRE Greenwich; 301 BDG Barking and Dagenham; 302 BNE Barnet; 303 BEX Bexley; 304 BEN Brent;
    305 BRY Bromley; 306 CRY Croydon; 307 EAL Ealing; 308 ENF Enfield; 310 HRW Harrow; 311 HAV Havering;
    312 HIL Hillingdon; 313 HNS Hounslow; 314 KTT Kingston upon Thames; 315 MRT Merton; 317 RDB Redbridge;
    318 RIC Richmond upon Thames; 319 STN Sutton; 320 WFT Waltham Forest`,
  'South East': `
    825 BUC Buckinghamshire; 826 MIK Milton Keynes; 845 ESX East Sussex; 846 BNH Brighton and Hove;
    850 HAM Hampshire; 851 POR Portsmouth; 852 STH Southampton; 867 BRC Bracknell Forest;
    868 WNM Windsor and Maidenhead; 869 WBK West Berkshire; 870 RDG Reading; 871 SLG Slough;
    872 WOK Wokingham; 886 KEN Kent; 887 MDW Medway; 921 IOW Isle of Wight; 931 OXF Oxfordshire;
    936 SRY Surrey; 938 WSX West Sussex`,
  'South West': `
    420 IOS Isles of Scilly; 800 BAS Bath and North East Somerset; 801 BST Bristol; 802 NSM North Somerset;
    803 SGC South Gloucestershire; 838 DST Dorset; 839 BPC Bournemouth, Christchurch and Poole;
    865 WIL Wiltshire; 866 SWD Swindon; 878 DEV Devon; 879 PLY Plymouth; 880 TOB Torbay; 908 CON Cornwall;
    916 GLS Gloucestershire; 933 SMT Somerset`,
}

export interface Tile {
  /** At the Department for Education. */
  readonly dfeCode: string
  /** Three capitals, as the tile shows them. */
  readonly letters: string
  readonly name: string
  readonly region: string
  readonly column: number
  readonly row: number
}

/** Every authority with its place, from north to south. */
export const ENGLAND: readonly Tile[] = readTiles()

function readTiles(): Tile[] {
  const named = new Map(
    Object.entries(REGIONS).flatMap(([region, text]) =>
      text.split(';').map(item => {
        const [dfeCode = '', letters = '', ...name] = item.trim().split(' ')
        return [letters, { dfeCode, letters, name: name.join(' '), region }] as const
      }),
    ),
  )
  return PICTURE.trim()
    .split('\n')
    .flatMap((line, row) =>
      line.split(' ').flatMap((letters, column) => {
        const known = named.get(letters)
        return known ? [{ ...known, column, row }] : []
      }),
    )
}
