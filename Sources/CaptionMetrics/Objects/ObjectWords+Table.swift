extension ObjectWords {
  /// Written for this project. Words with too many meanings are left out: `glass`, `plant`, `seat`, `bag`, `glove`,
  /// `screen`, `board`; and `desk`, which COCO does not mark.
  /// The names of sports are no objects, nor are hypernyms such as `animal` or `food`.
  static let table = """
    person:kite surfer,kitesurfer,man/men,woman/women,boy,girl,child/children,kid,people/people,person/persons,\
    baby,toddler,infant,adult,lady,gentleman/gentlemen,guy,fellow,dude,teenager,teen,youth,youngster,human,mother,\
    mom,father,dad,parent,son,daughter,brother,sister,husband,wife/wives,grandmother,grandfather,family,bride,\
    groom,crowd,pedestrian,passenger,spectator,audience,onlooker,bystander,tourist,traveler,player,rider,driver,\
    biker,bicyclist,cyclist,motorcyclist,skier,snowboarder,skateboarder,skater,surfer,swimmer,climber,hiker,runner,\
    jogger,dancer,golfer,athlete,gymnast,wrestler,batter,catcher,umpire,referee,goalie,goalkeeper,quarterback,\
    baseball player,tennis player,soccer player,football player,basketball player,worker,chef,waiter,waitress,\
    bartender,baker,barber,farmer,fisherman/fishermen,cowboy,policeman/policemen,police officer,officer,\
    firefighter,fireman/firemen,soldier,sailor,pilot,doctor,nurse,teacher,student,musician,guitarist,drummer,\
    singer,performer,clown,photographer,businessman/businessmen,businesswoman/businesswomen,shopper,customer,\
    vendor,friend,somebody/somebody,someone/someone
    bicycle:bicycle built for two,mountain bike,road bike,tricycle
    car:automobile,taxi,taxi cab,taxicab,sedan,suv,jeep,minivan,limousine,limo,hatchback,convertible,station wagon,\
    race car,racecar,racing car,sports car,police car,police cruiser
    motorcycle:motorbike,motor bike,moped,motor scooter,dirt bike,dirtbike,harley
    bicycle|motorcycle:bike,two wheeler
    motorcycle|skateboard:scooter
    airplane:aeroplane,plane,jet,jetliner,airliner,aircraft/aircraft,biplane,seaplane,passenger jet,\
    passenger plane,passenger airplane,jumbo jet,fighter jet
    bus:bus/busses,minibus,double decker,coach bus,school bus,tour bus,city bus
    train:passenger train,passenger car,tank car,rail car,locomotive,steam engine,train engine,train car,\
    train carriage,railway car,railroad car,freight car,boxcar,subway car,subway train,monorail,steam train
    bus|train:tram,trolley,streetcar,street car,trolley car,cable car
    truck:pickup,pickup truck,pick up truck,lorry,semi,semi truck,tow truck,dump truck,fire truck,firetruck,\
    fire engine,food truck,delivery truck,garbage truck,big rig,eighteen wheeler
    car|truck:van
    boat:ship,passenger ship,passenger boat,passenger ferry,sailboat,sail boat,sailing boat,canoe,kayak,yacht,\
    ferry,ferry boat,gondola,barge,dinghy,rowboat,row boat,speedboat,speed boat,motorboat,motor boat,tugboat,\
    tug boat,fishing boat,cruise ship,catamaran,vessel,raft,pontoon
    traffic light:traffic signal,stoplight,stop light
    fire hydrant:hydrant,fire plug
    stop sign:
    parking meter:
    bench:park bench,pew
    bird:pigeon,dove,seagull,gull,duck,duckling,goose/geese,gosling,swan,parrot,parakeet,macaw,cockatoo,budgie,owl,\
    eagle,hawk,falcon,vulture,osprey,harrier,rooster,hen,ostrich,emu,peacock,flamingo,penguin,pelican,heron,egret,\
    stork,sparrow,robin,crow,raven,magpie,hummingbird,woodpecker,finch,blue jay,bluejay,kingfisher,toucan,puffin,\
    albatross,cormorant,sandpiper,songbird,mallard,quail,partridge,pheasant,bulbul,jay,chickadee
    cat:kitten,kitty,kitty cat,feline,tabby,tomcat,calico,siamese
    dog:puppy,puppy dog,pup,doggy,doggie,canine,hound,mutt,poodle,terrier,yorkie,labrador,retriever,\
    golden retriever,bulldog,dachshund,corgi,pug,husky,beagle,collie,border collie,chihuahua,dalmatian,\
    german shepherd,spaniel,greyhound,rottweiler,schnauzer,doberman,mastiff,great dane,pit bull,pitbull,sheepdog,\
    setter,boxer dog,lapdog
    horse:pony,foal,colt,mare,stallion,racehorse,horseback
    sheep:sheep/sheep,lamb,ewe,ram
    cow:cattle/cattle,bull,calf/calves,ox/oxen,heifer,steer,water buffalo,buffalo,longhorn
    elephant:elephant calf/elephant calves
    bear:polar bear,grizzly,grizzly bear,black bear,brown bear,bear cub,panda,panda bear
    zebra:
    giraffe:giraffe calf/giraffe calves
    backpack:back pack,knapsack,rucksack,book bag,bookbag
    umbrella:parasol
    handbag:hand bag,purse,shoulder bag,tote bag,tote
    tie:necktie,neck tie,bow tie,bowtie
    suitcase:suit case,luggage/luggage,baggage/baggage,briefcase,piece of luggage
    frisbee:flying disc,flying disk
    skis:ski
    snowboard:snow board
    sports ball:ball,soccer ball,tennis ball,beach ball,golf ball,rugby ball,bowling ball
    kite:
    baseball bat:bat
    baseball glove:mitt,baseball mitt,catcher 's mitt,catchers mitt,fielder 's glove
    skateboard:skate board,longboard,long board
    surfboard:surf board,boogie board,bodyboard,body board,paddle board,paddleboard,boogieboard
    tennis racket:racket,racquet,tennis racquet
    bottle:
    wine glass:glass of wine/glasses of wine,wineglass,champagne glass,champagne flute,wine goblet,goblet
    cup|wine glass:glass of water/glasses of water,glass of milk/glasses of milk,glass of juice/glasses of juice,\
    glass of orange juice/glasses of orange juice,glass of beer/glasses of beer,glass of tea/glasses of tea
    cup:mug,coffee mug,teacup,tea cup,coffee cup,paper cup
    fork:
    knife:knife/knives
    spoon:
    fork|knife|spoon:silverware/silverware,utensil,cutlery/cutlery,eating utensil
    bowl:
    banana:
    apple:
    sandwich:burger,hamburger,cheeseburger,panini,sub sandwich,club sandwich
    orange?:tangerine,clementine,mandarin
    broccoli:broccoli/broccoli
    carrot:baby carrot
    hot dog:hotdog,chili dog,chili cheese dog
    pizza:
    donut:doughnut
    cake:cupcake,birthday cake,wedding cake,cheesecake,layer cake
    chair:armchair,arm chair,stool,rocking chair,lounge chair,office chair,recliner,folding chair,lawn chair,\
    high chair,highchair,bar stool,barstool
    couch:sofa,loveseat,love seat,futon,settee
    potted plant:houseplant,house plant,plant in a pot/plants in pots,pot plant,plant pot,bonsai
    bed:bunk bed,mattress
    dining table:table,coffee table,dinner table,kitchen table,picnic table,end table,side table,table top,tabletop
    toilet:toilet bowl,toilet seat,commode,urinal
    tv:television,television set,tv set,tv screen,television screen,flat screen,flatscreen,flat screen tv
    laptop|tv:monitor,computer monitor,computer screen
    laptop:laptop computer,macbook,netbook,notebook computer
    laptop|tv|keyboard|mouse:computer,desktop,desktop computer
    mouse:computer mouse/computer mice
    remote?:remote control,remote controller,tv remote,television remote,wii remote,wii controller,game controller,\
    video game controller
    keyboard:computer keyboard
    cell phone:cell phone,cellphone,phone,mobile phone,smartphone,smart phone,iphone,cellular phone
    microwave:microwave oven
    oven:stove,stove top,stovetop,stove top oven
    oven|toaster:toaster oven
    toaster:
    sink:washbasin,wash basin,basin,bathroom sink,kitchen sink
    refrigerator:fridge,refridgerator,freezer
    book:textbook,paperback,novel
    clock:clock tower,alarm clock,wall clock,grandfather clock
    vase:
    scissors:scissors/scissors,pair of scissors/pairs of scissors,shears/shears
    teddy bear:teddy,teddybear,toy bear,stuffed bear,stuffed teddy bear,stuffed toy bear,stuffed animal
    hair drier:hair dryer,hairdryer,blow dryer,blowdryer
    toothbrush:tooth brush
    -:taxis on/taxis on,taxis down/taxis down,taxis along/taxis along,passenger side,passenger seat,\
    passenger window,passenger van,pedestrian crossing,pedestrian crosswalk,pedestrian bridge,music player,\
    dvd player,cd player,record player,kite board,kite surf,kite surfing/kite surfing,tram track,\
    ice cream sandwich,zebra crossing,zebra stripe,traffic light pole
    -:train track,train station,train platform,train yard,train depot,bus stop,bus station,bus shelter,bus depot,\
    car park,boat dock,boat house,boat ramp,jet ski,ski slope,ski lift,ski pole,ski resort,ski lodge,ski jump,\
    ski jacket,ski suit,ski mask,ski goggles/ski goggles,ski gear/ski gear,ski run,ski trail,ski area,ski boot
    -:corn dog,prairie dog,dog house,dog bowl,dog park,dog bed,cat house,cat tree,cat tail,horse race track,\
    rocking horse,hobby horse,sea lion,bull rider,bullpen,crow bar,duck tape,bird house,bird feeder,bird bath,\
    bird cage,bear claw,bear trap
    -:orange juice,orange peel,apple pie,apple tree,apple juice,apple sauce,banana bread,banana tree,\
    banana leaf/banana leaves,pizza box,pizza cutter,pizza oven,pizza place,pizza shop,pizza parlor,\
    pizza restaurant,donut shop,cake stand,sandwich shop,broccoli soup
    -:board game
    -:pool table,ping pong table,billiard table,table tennis/table tennis,table cloth,table lamp,changing table,\
    flower bed,truck bed,bed of a truck,river bed,bed of rice,bed of lettuce,bed of flowers,bed sheet,bed frame,\
    bed spread,toilet paper/toilet paper,toilet brush,toilet tissue,sink into,tv stand,tv show,tv station,\
    mouse pad,mousepad,phone booth,pay phone,telephone booth,phone pole,book case,book shelf/book shelves,\
    computer chair,super bowl,tie dye/tie dyes,tie dyed/tie dyed,ties up/ties up,tie up/tie up,ties his/ties his,\
    ties her/ties her,ties a/ties a,ties the/ties the,railroad tie,bottle opener,bottle cap,wheel chair,chair lift,\
    chairlift,ski chair lift,bench press,batting cage,fruit bat,bike rack,bike path,bike lane,bike trail,\
    bicycle rack,bicycle lane,bicycle path,plane ticket,motor home,car seat,car door,car window,car wash,\
    microwave dinner,oven mitt,oven glove,cook book,family room,cook top,cook out,kite festival,kid goat,\
    boxer shorts/boxer shorts
    """
}
