"""Turns of phrase that say by themselves what a sentence means; each is a cue, which a model may weigh."""

import re

_PAY_FR = r"(?:regl|pay|vir|sold|acquitt|honor)"
_PAID_FR = r"(?:regle|paye|vire|solde|acquitte|honore|effectue|emis|execute|debite|encaisse|envoye|poste)e?s?"
_PAYMENT = r"(?:virements?|reglements?|paiements?|cheques?|vrt|vir|rglt|payments?|transfers?|wires?|remittances?|funds)"
_DOCUMENT = r"(?:factures?|fact|pieces?|duplicatas?|releves?|invoices?|copies|copy|statements?|bills?)"

CUES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "paid": rf"\b(?:avons|ai|a|ont|avez|ete|est|sont) (?:bien |deja |donc |ete |d'ores et deja |"
            rf"entierement )*{_PAID_FR}\b"
        rf"|\bdeja (?:ete )?{_PAID_FR}\b|\b{_PAYMENT} (?:deja |bien |est |a ete |sont |ont ete )*(?:effectue|"
        rf"parti|emis|fait|envoye|execute|debite|poste)e?s?\b"
        r"|\b(?:avons|ai) (?:bien |deja )*(?:procede|fait le|fait un|effectue|envoye le|emis)|"
        r"\bc'est (?:deja )?(?:fait|regle|paye)\b"
        r"|\b(?:has|have|had|was|were|been|already) (?:already |been |just )*(?:paid|settled|transferred|"
        r"wired|cleared|remitted)\b"
        rf"|\bwe (?:already |just )?(?:paid|settled|transferred|wired)\b|\b{_PAYMENT} (?:was|were|has been|"
        rf"have been|left|went) ?(?:already )?(?:made|sent|processed|released|executed|out)?"
        r"|\bpaid (?:on|by|last|via|already|in full)\b|\bregle(?:e|es)? (?:le|par|depuis|hier|en date|"
        r"en totalite)\b",
        "not_paid": rf"\bn'(?:avons|ai|a|ont|est|etait) (?:\w+ )?(?:pas|jamais|point)(?: encore)?(?: ete)"
            rf"? ?(?:{_PAID_FR})?"
        rf"|\bne (?:\w+ )?(?:sera|seront|pouvons|pourrons|reglerons|paierons|payons|reglons|peux|peut|pourrai)"
        rf" (?:\w+ )?(?:pas|rien|que)\b"
        r"|\b(?:haven't|have not|hasn't|has not|not yet|cannot|can't|won't|will not|unable to|not been|never)"
        r" ?(?:\w+ )?(?:paid|pay|settled|be paid|process|release)"
        r"|\bpas (?:encore )?(?:regle|paye|en mesure|possible)",
        "will_pay": rf"\b(?:sera|seront|serez|serons) (?:\w+ )?{_PAID_FR}"
        rf"|\b(?:nous |je |on |vous )?(?:{_PAY_FR}\w*(?:erons|erai|era|ons|erez)|paierons|paierai|procederons|"
        rf"procederai|ferons|ferai|enverrons|enverrai|effectuerons|recevrez|solderons|solderai|mettrons)\b"
        rf"|\b(?:allons|vais|va|vont) (?:\w+ )?(?:{_PAY_FR}\w+er|payer|proceder|effectuer|faire|lancer|"
        rf"envoyer)\b"
        rf"|\b{_PAYMENT} (?:\w+ ){{0,3}}(?:prevue?s?|programmee?s?|planifiee?s?|partira|part|interviendra|"
        rf"sera|seront|aura lieu|en cours|est pour)\b"
        r"|\b(?:je |on |nous )(?:vous )?(?:regle|paye|paie|vire|fais|reglons|payons|virons|faisons|programme|"
        r"lance)\b"
        r"|\bm'engage|\bnous engageons|\bengagement\b"
        r"|\b(?:will|shall|'ll|going to|expect to|intend to|plan to) (?:\w+ ){0,3}(?:pay|be paid|transfer|"
        r"send|wire|release|settle|be settled|be made|be sent|be released|be processed|process|clear|go out|"
        r"be cleared|remit)\b"
        r"|\b(?:scheduled|planned|booked|due to go|set up) (?:\w+ )?(?:for|on|to)\b|\bpayment run\b|"
        r"\bpay (?:you|it|this|the)\b",
        "condition": r"\b(?:si|sous reserve|a condition|des que|des reception|tant que|a reception|une fois|"
            r"lorsque|quand|if|once|as soon as|unless|until|provided|upon receipt|subject to|when we)\b",
        "contest": r"\b(?:litige|contest\w+|desaccord|non[ -]conforme\w*|erreur|erronee?|ecart|reclamation|"
            r"refus\w+|bloqu\w+|en attente d[eu']+ ?(?:votre |l'|un )?avoir"
        r"|dispute\w*|incorrect|wrong|query|queried|mismatch|overcharged?|discrepancy|not agree|disagree|"
        r"credit note|reject\w*|on hold|blocked)\b",
        "goods": r"\b(?:casse\w*|manqu\w+|defectueu\w+|abime\w*|endommage\w*|retourne\w*|retour|malfacon\w*|"
            r"panne|qualite|non livre\w*|pas (?:ete )?livre\w*"
        r"|incomplete?|damaged|broken|defective|faulty|missing|short|returned|quality|not delivered|"
        r"never arrived|never received the (?:goods|order|parts))\b",
        "price": r"\b(?:prix|tarif\w*|remise|facturee? (?:a|au)|surfactur\w+|trop facture|devis|price\w*|"
            r"priced|rate|discount|quote|quoted|overcharg\w+|tva|vat)\b",
        "order": r"\b(?:jamais (?:rien )?(?:passe|commande)|pas (?:passe |ete )?commande|aucune commande|"
            r"bon de commande|numero de commande|n.? de commande|bdc|never ordered|not order|did not order|"
            r"no order|purchase order|po number|no po|engagement juridique|chorus)\b",
        "twice": r"\b(?:doublon|en double|deux fois|double facturation|duplicate[ds]?|twice|same invoice)\b",
        "copy": rf"\b(?:r?envoyer|renvoie\w*|envoyez|envoie\w*|transmet\w+|fa(?:ire|ites)[- ](?:nous |moi )"
            rf"?(?:re)?(?:parvenir|passer|suivre)|adress\w+|communiqu\w+|avoir|fournir|send|resend|forward|"
            rf"provide|share|email|let me have) (?:\w+[ '-]){{0,6}}{_DOCUMENT}\b"
        rf"|\bduplicata\w*|\bcopie (?:de |des |d')|\bcop(?:y|ies) of\b|\b(?:pas|jamais|rien|never|not|"
        rf"don't have|no trace) (?:\w+ ){{0,4}}{_DOCUMENT}\b",
        "left_firm": r"\b(?:ne (?:suis|travaille|gere|m'occupe|fait|travaillant|sommes) plus|a quitte|"
            r"n'est plus|plus en (?:charge|poste)|plus la bonne|pas la bonne|mauvaise? (?:adresse|personne|"
            r"interlocut\w+|destinataire)"
        r"|ne (?:me |nous )?concerne|pas (?:en charge|concerne)|erreur de destinataire|no longer|has left|"
        r"left the company|wrong (?:person|address|contact|department)|not the right|new contact|"
        r"nouvel\w* (?:adresse|contact|interlocut\w+))\b",
        "write_to": r"\b(?:merci d[e'] ?(?:bien vouloir )?(?:contacter|ecrire|adresser|envoyer|vous adresser|"
            r"voir|transferer|noter)|(?:veuillez|priere de) (?:contacter|ecrire|adresser|vous adresser|noter|"
            r"envoyer)|(?:contactez|ecrivez|voyez avec|adressez[- ]vous)"
        r"|please (?:contact|write|send|direct|address|speak|use|email|update)|get in touch with|reach out|"
        r"should be (?:sent|addressed))\b",
        "insolvent": r"\b(?:redressement|liquidation|liquidateur|sauvegarde|mandataire|procedure collective|"
            r"cessation (?:des paiements|d'activite)|depot de bilan|depose(?:r)? (?:le|son|notre) bilan|"
            r"tribunal de commerce|administrateur judiciaire|declar\w+ (?:de |votre |vos )?creances?|bodacc"
        r"|insolven\w+|bankrupt\w*|chapter 11|administrators?|receiver\w*|liquidator|proof of (?:debt|claim)|"
        r"winding up|wound up|ceased trading)\b",
        "away": r"\b(?:absente?|absence|conges?|vacances|de retour|reprendrai|maternite|arret maladie|"
            r"ferme\w*|fermeture|out of (?:the )?office|on leave|annual leave|vacation|holiday|returning|"
            r"back (?:in the office|on|at)|limited access|away|closed|ooo)\b",
        "money": r"\b(?:argent|fonds|sommes?|montants?|solde|dette|creance|acompte|versements?|mensualites?"
        rf"|money|funds|balance|amount|deposit|instalments?|installments?|cash|{_PAYMENT})\b",
        "future": r"\b\w{2,}(?:rai|ra|rons|ront|rez)\b|\b(?:will|shall|'ll|going to|gonna)\b"
        r"|\b(?:allons|vais|va|vont) \w+r\b"
        r"|\b(?:prevue?s?|programmee?s?|planifiee?s?|scheduled|planned|due to)\b",
        "question": r"\?\s*$",
    }.items()
}  # fmt: skip


def cues(folded: str) -> set[str]:
    """Return the names of the turns of phrase found in a folded sentence; what is denied is not done.

    >>> sorted(cues("nous n'avons pas encore paye"))
    ['not_paid']
    """
    found = {name for name, pattern in CUES.items() if pattern.search(folded)}
    if "not_paid" in found:
        found.discard("paid")
    return found
