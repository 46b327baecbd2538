"""The words of the customers' answers: promises, payments, disputes, questions, and everything in between."""

from dataclasses import dataclass

from encours.demonstration.model import PayerKind

SLOW, GOOD, PUBLIC = PayerKind.SLOW, PayerKind.GOOD, PayerKind.PUBLIC
DRIFTING, BROKEN, DISPUTING = PayerKind.DRIFTING, PayerKind.BROKEN, PayerKind.DISPUTING


@dataclass(frozen=True, slots=True)
class Said:
    """What one person answers: about what, which customers say so, how many working days ago, and in which words."""

    about: str
    kinds: tuple[PayerKind, ...]
    days_ago: int
    hour: int
    writer: str
    post: str
    words: str
    farewell: str = "Cordialement,"
    subject: str = ""
    address: str = ""
    firm: str = ""
    attached: str = ""
    tagged: bool = True
    cites: bool = True
    automatic: bool = False


SAID: tuple[Said, ...] = (
    Said(
        "promise", (DRIFTING,), 3, 16, "Sylvie Marchand", "Comptabilité fournisseurs",
        "Bonjour Madame,\n\n"
        "Nous avons bien reçu votre relance et vous prions de nous excuser pour ce retard. "
        "Le virement de {amount} partira {friday}, la direction vient de le valider.",
        farewell="Bien cordialement,",
    ),
    Said(
        "insolvency", (BROKEN,), 2, 10, "Philippe Lacombe", "Gérant",
        "Madame, Monsieur,\n\n"
        "Par jugement du {opened}, le tribunal de commerce de {city} a ouvert une procédure de redressement "
        "judiciaire à l’encontre de la société {name}. Les créances antérieures sont à déclarer auprès du mandataire "
        "judiciaire, Maître Delorme, dans les deux mois de la publication.",
        farewell="Veuillez agréer, Madame, Monsieur, nos salutations distinguées.",
    ),
    Said(
        "paid", (SLOW,), 2, 17, "Nathalie Roux", "Service comptabilité",
        "Bonjour,\n\n"
        "Sauf erreur, la facture {number} a été réglée par virement le {lately} pour un montant de {one}. "
        "Pouvez-vous vérifier de votre côté ?",
    ),
    Said(
        "dispute", (DISPUTING,), 1, 15, "Jérôme Pasquier", "Responsable achats",
        "Bonjour,\n\n"
        "La facture {number} est bloquée chez nous : trois appliques sont arrivées cassées et notre bon de "
        "réception le mentionne. Nous attendons votre avoir avant de payer quoi que ce soit sur cette livraison.",
    ),
    Said(
        "absence", (DRIFTING,), 1, 14, "Catherine Vasseur", "Comptable",
        "Bonjour,\n\n"
        "Je suis absente jusqu’au {back} inclus et je n’aurai pas accès à ma messagerie. "
        "Votre message sera lu à mon retour.",
        subject="Réponse automatique : facture échue", tagged=False, cites=False, automatic=True,
    ),
    Said(
        "copy", (PUBLIC,), 1, 11, "Isabelle Thévenin", "Pôle finances",
        "Bonjour,\n\n"
        "Nous n’avons pas trace de la facture {number} sur Chorus Pro. Pourriez-vous nous renvoyer une copie de la "
        "facture, avec le bon de commande, afin que nous puissions la mettre en paiement ?",
        farewell="Bonne réception,",
    ),
    Said(
        "contact", (SLOW, GOOD), 1, 9, "Bruno Charpentier", "Direction commerciale",
        "Bonjour,\n\n"
        "Je ne suis plus en charge des règlements fournisseurs. Merci d’écrire désormais à Mme Nadia Ferrand, "
        "nadia.ferrand@{domain}, qui suit ces dossiers.",
    ),
    Said(
        "paid_all", (SLOW, GOOD), 1, 17, "Audrey Lefort", "Comptabilité",
        "Bonjour,\n\n"
        "Nous avons effectué le virement de {amount} le {lately}, vous trouverez l’avis en pièce jointe.",
        attached="avis-de-virement.txt",
    ),
    Said(
        "price", (DISPUTING,), 1, 16, "Marc Oudin", "Achats",
        "Bonjour,\n\n"
        "Nous contestons la facture {number} : le prix ne correspond pas à votre devis, 48,50 € facturés la pièce au "
        "lieu de 42,00 €. Nous attendons votre correction.",
    ),
    Said(
        "promise_part", (BROKEN,), 1, 14, "Thierry Aubert", "Gérant",
        "Bonjour,\n\n"
        "Je vous ferai un virement de {part} {friday}. Pour le reste, nous attendons nous-mêmes un règlement "
        "important avant la fin du mois.",
        farewell="Merci de votre compréhension,",
    ),
    Said(
        "copy_again", (GOOD, SLOW), 1, 11, "Émilie Garnier", "Assistante de gestion",
        "Bonjour,\n\n"
        "Nous n’avons jamais reçu cette facture. Merci de nous envoyer un duplicata de la facture {number}.",
    ),
    Said(
        "other", (DRIFTING,), 1, 10, "Gilles Mercier", "Directeur administratif et financier",
        "Bonjour,\n\nBien reçu, je regarde ce point avec mes équipes et reviens vers vous.",
    ),
)  # fmt: skip

STRANGER = Said(
    "stranger", (PayerKind.SEASONAL, GOOD, SLOW), 1, 9, "Pauline Morel", "Expert-comptable",
    "Bonjour,\n\n"
    "Nous tenons la comptabilité de {name}. Notre client nous transmet votre relance : le règlement de {amount} "
    "sera effectué le {month_end}.",
    subject="Votre relance", address="p.morel@cabinet-morel-conseil.example", firm="Cabinet Morel Conseil",
    tagged=False, cites=False,
)  # fmt: skip
