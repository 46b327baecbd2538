"""The words that the demonstration company's world is made of: trades, places, towns and streets."""

from dataclasses import dataclass
from typing import Literal

Group = Literal["trade", "leisure", "public"]


@dataclass(frozen=True, slots=True)
class Sector:
    """A line of business: what its companies are called, its NAF code, and the size of its usual order."""

    noun: str
    naf: str
    activity: str
    invoice_net: int
    group: Group = "trade"


@dataclass(frozen=True, slots=True)
class Town:
    """A town, its postal code, its telephone zone, and what its companies like to be named after."""

    name: str
    postal_code: str
    zone: str
    landmark: str


SECTORS: tuple[Sector, ...] = (
    Sector("Transports", "49.41A", "Transports routiers de fret interurbains", 2400),
    Sector("Imprimerie", "18.12Z", "Autre imprimerie (labeur)", 2100),
    Sector("Laiterie", "10.51A", "Fabrication de lait liquide et de produits frais", 3800),
    Sector("Papeterie", "17.12Z", "Fabrication de papier et de carton", 3300),
    Sector("Menuiserie", "43.32A", "Travaux de menuiserie bois et PVC", 1500),
    Sector("Scierie", "16.10A", "Sciage et rabotage du bois", 2300),
    Sector("Quincaillerie", "46.74A", "Commerce de gros de quincaillerie", 2700),
    Sector("Conserverie", "10.39A", "Autre transformation et conservation de légumes", 3100),
    Sector("Brasserie", "11.05Z", "Fabrication de bière", 1900),
    Sector("Biscuiterie", "10.72Z", "Fabrication de biscuits", 2600),
    Sector("Minoterie", "10.61A", "Meunerie", 2400),
    Sector("Fonderie", "24.51Z", "Fonderie de fonte", 4200),
    Sector("Chaudronnerie", "25.11Z", "Fabrication de structures métalliques", 3600),
    Sector("Mécanique", "25.62B", "Mécanique industrielle", 2800),
    Sector("Cartonnerie", "17.21A", "Fabrication de carton ondulé", 3400),
    Sector("Plasturgie", "22.29A", "Fabrication de pièces techniques en plastique", 3200),
    Sector("Entrepôts", "52.10B", "Entreposage et stockage non frigorifique", 4100),
    Sector("Logistique", "52.29B", "Affrètement et organisation des transports", 3000),
    Sector("Carrosserie", "45.20A", "Entretien et réparation de véhicules automobiles", 1200),
    Sector("Garage", "45.20A", "Entretien et réparation de véhicules automobiles", 900),
    Sector("Clinique", "86.10Z", "Activités hospitalières", 3300),
    Sector("Tuilerie", "23.32Z", "Fabrication de briques, tuiles et produits de construction", 2900),
    Sector("Verrerie", "23.13Z", "Fabrication de verre creux", 3900),
    Sector("Marbrerie", "23.70Z", "Taille, façonnage et finissage de pierres", 1700),
    Sector("Tissages", "13.20Z", "Tissage", 2200),
    Sector("Blanchisserie", "96.01A", "Blanchisserie-teinturerie de gros", 1600),
    Sector("Constructions", "41.20B", "Construction d'autres bâtiments", 4600),
    Sector("Chantier naval", "30.12Z", "Construction de bateaux de plaisance", 3700),
    Sector("Comptoir électrique", "46.69A", "Commerce de gros de matériel électrique", 3900),
    Sector("Installations électriques", "43.21A", "Travaux d'installation électrique", 2600),
    Sector("Agencements", "43.32C", "Agencement de lieux de vente", 3500),
    Sector("Boulangeries", "10.71A", "Fabrication industrielle de pain et de pâtisserie fraîche", 1800),
    Sector("Verger", "46.31Z", "Commerce de gros de fruits et légumes", 2400, "leisure"),
    Sector("Hôtel", "55.10Z", "Hôtels et hébergement similaire", 1900, "leisure"),
    Sector("Camping", "55.30Z", "Terrains de camping et parcs pour caravanes", 2300, "leisure"),
    Sector("Domaine", "01.21Z", "Culture de la vigne", 1700, "leisure"),
    Sector("Serres", "01.13Z", "Culture de légumes", 2700, "leisure"),
    Sector("Pépinières", "01.30Z", "Reproduction de plantes", 1500, "leisure"),
    Sector("Jardinerie", "47.76Z", "Commerce de détail de fleurs, plantes et graines", 1900, "leisure"),
    Sector("Thermes", "96.04Z", "Entretien corporel", 2500, "leisure"),
    Sector("Restaurant", "56.10A", "Restauration traditionnelle", 900, "leisure"),
)

PUBLIC_BUYERS: tuple[tuple[str, str, str, int], ...] = (
    ("Mairie de Valclaire", "84.11Z", "Administration publique générale", 30),
    ("Mairie de Pontfleuri", "84.11Z", "Administration publique générale", 30),
    ("Mairie de Montclairon", "84.11Z", "Administration publique générale", 30),
    ("Communauté de communes du Val Doré", "84.11Z", "Administration publique générale", 30),
    ("Centre hospitalier des Cèdres Bleus", "86.10Z", "Activités hospitalières", 50),
    ("Lycée professionnel des Remparts", "85.32Z", "Enseignement secondaire technique", 30),
    ("Syndicat des eaux de la Haute Vallée", "36.00Z", "Captage, traitement et distribution d'eau", 30),
    ("Mairie de Roquebelle", "84.11Z", "Administration publique générale", 30),
    ("Office du tourisme de Valclaire", "79.90Z", "Autres services de réservation", 30),
    ("Mairie de Fontargent", "84.11Z", "Administration publique générale", 30),
    ("Collège du Grand Pré", "85.31Z", "Enseignement secondaire général", 30),
    ("Centre hospitalier de la Rive Haute", "86.10Z", "Activités hospitalières", 50),
)

PLACES: tuple[str, ...] = (
    "du Pont", "de la Tour", "du Marché", "des Tilleuls", "de la Gare", "du Canal", "des Vignes",
    "du Moulin", "de la Source", "des Remparts", "de l'Écluse", "du Lavoir", "des Peupliers",
    "de la Fontaine", "du Vallon", "des Collines", "de la Plaine", "du Rocher", "des Étangs",
    "de l'Horloge", "du Beffroi", "des Ormes", "de la Clairière", "du Belvédère", "des Quais",
    "de la Rotonde", "du Viaduc", "des Glycines", "du Chêne Vert", "de l'Orangerie", "des Platanes",
    "de la Halle", "du Lac", "des Cèdres", "de la Prairie", "du Clocher", "des Bruyères", "de l'Étoile",
    "du Grand Pré", "des Trois Ponts", "de la Croix Blanche", "du Bois Joli", "des Hauts Murs",
    "de la Combe", "du Plateau", "des Sablons", "de la Rivière", "du Vieux Port",
)  # fmt: skip

TOWNS: tuple[Town, ...] = (
    Town("Avignon", "84000", "04", "du Ventoux"),
    Town("Arles", "13200", "04", "des Alpilles"),
    Town("Marseille", "13015", "04", "des Calanques"),
    Town("Lyon", "69007", "04", "des Deux Rives"),
    Town("Saint-Étienne", "42000", "04", "du Pilat"),
    Town("Grenoble", "38000", "04", "du Vercors"),
    Town("Annecy", "74000", "04", "des Aravis"),
    Town("Valence", "26000", "04", "de la Drôme"),
    Town("Montpellier", "34000", "04", "de la Garrigue"),
    Town("Nîmes", "30000", "04", "des Cévennes"),
    Town("Clermont-Ferrand", "63000", "04", "des Volcans"),
    Town("Le Puy-en-Velay", "43000", "04", "du Velay"),
    Town("Perpignan", "66000", "04", "du Canigou"),
    Town("Toulouse", "31200", "05", "du Lauragais"),
    Town("Bordeaux", "33300", "05", "de l'Estuaire"),
    Town("Pau", "64000", "05", "des Gaves"),
    Town("Limoges", "87000", "05", "du Limousin"),
    Town("Brive-la-Gaillarde", "19100", "05", "du Causse"),
    Town("La Rochelle", "17000", "05", "des Pertuis"),
    Town("Poitiers", "86000", "05", "du Clain"),
    Town("Agen", "47000", "05", "de la Garonne"),
    Town("Nantes", "44000", "02", "de la Loire"),
    Town("Angers", "49000", "02", "de la Doutre"),
    Town("Rennes", "35000", "02", "de la Vilaine"),
    Town("Brest", "29200", "02", "de la Rade"),
    Town("Quimper", "29000", "02", "de l'Odet"),
    Town("Caen", "14000", "02", "du Bocage"),
    Town("Rouen", "76000", "02", "de la Seine"),
    Town("Le Havre", "76600", "02", "de la Falaise"),
    Town("Le Mans", "72000", "02", "de la Sarthe"),
    Town("Tours", "37000", "02", "de la Touraine"),
    Town("Orléans", "45000", "02", "de la Beauce"),
    Town("Lille", "59000", "03", "des Flandres"),
    Town("Dunkerque", "59140", "03", "des Dunes"),
    Town("Amiens", "80000", "03", "de la Somme"),
    Town("Reims", "51100", "03", "de la Montagne"),
    Town("Troyes", "10000", "03", "de la Forêt d'Orient"),
    Town("Metz", "57000", "03", "de la Moselle"),
    Town("Nancy", "54000", "03", "de la Meurthe"),
    Town("Strasbourg", "67000", "03", "du Rhin"),
    Town("Mulhouse", "68100", "03", "de la Hardt"),
    Town("Épinal", "88000", "03", "des Vosges"),
    Town("Besançon", "25000", "03", "du Doubs"),
    Town("Dijon", "21000", "03", "du Morvan"),
    Town("Lons-le-Saunier", "39000", "03", "du Jura"),
    Town("Paris", "75011", "01", "du Canal Saint-Martin"),
    Town("Montreuil", "93100", "01", "des Murs à Pêches"),
    Town("Versailles", "78000", "01", "du Grand Parc"),
    Town("Évry-Courcouronnes", "91000", "01", "de l'Essonne"),
)

STREETS: tuple[str, ...] = (
    "rue de la Gare", "avenue de la République", "zone artisanale des Chênes", "quai du Port",
    "chemin des Vignes", "boulevard de l'Industrie", "rue des Artisans", "allée des Tilleuls",
    "route de la Plaine", "rue du Moulin", "avenue de l'Europe", "rue des Tanneurs", "impasse du Lavoir",
    "rue de la Fontaine", "parc d'activités du Lac", "chemin de la Source", "place du Marché",
    "rue des Ateliers", "avenue du Stade", "rue de l'Église",
)  # fmt: skip

LEGAL_FORMS: tuple[tuple[str, int], ...] = (
    ("SAS", 46),
    ("SARL", 34),
    ("SA", 8),
    ("EURL", 6),
    ("SCOP", 3),
    ("SNC", 3),
)

TERMS: tuple[tuple[str, int], ...] = (
    ("30 jours net", 28),
    ("45 jours fin de mois", 38),
    ("30 jours fin de mois le 10", 14),
    ("60 jours net", 12),
    ("30 jours fin de mois", 10),
)
SLOW_TERMS: tuple[tuple[str, int], ...] = (
    ("30 jours net", 54),
    ("60 jours net", 22),
    ("45 jours fin de mois", 12),
    ("30 jours fin de mois le 10", 12),
)
CASH_TERMS = "Comptant"

MAILBOXES: tuple[str, ...] = ("compta", "comptabilite", "fournisseurs", "facturation", "reglements")
