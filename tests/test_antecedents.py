import io

import numpy as np
import pytest
from annotated import entity, find, read, tokens

from crisiskg.annotation.antecedent_features import Anaphor, likeness
from crisiskg.annotation.antecedent_model import ARRAYS, NETWORK_OF, Network, antecedent_networks, read_networks
from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.records import Mention
from crisiskg.documents import Contribution, Document


def small_network(caution: float = 0.0) -> Network:
    arrays = {
        "weights": np.array([2.0, -1.0, 0.5], dtype=np.float32),
        "hidden": np.array([[1.0], [0.0], [-5.0]], dtype=np.float32),
        "hidden_bias": np.array([0.0], dtype=np.float32),
        "out": np.array([3.0], dtype=np.float32),
        "caution": np.array(caution, dtype=np.float32),
    }
    return Network(arrays, ["near", "far", "0:"])


def same(reading, *words):
    ids = {find(reading, *(word if isinstance(word, tuple) else (word,))).entity for word in words}
    return len(ids) == 1 and None not in ids


def test_probabilities_follow_the_weights():
    shares = small_network().probabilities(["0:"], [], [["near"], ["far"]])
    scores = np.exp([0.5, 2.0 + 3.0, -1.0])
    assert shares == pytest.approx(scores / scores.sum())


def test_caution_speaks_for_nothing():
    assert small_network(6.0).probabilities(["0:"], [], [["near"]]).argmax() == 0
    assert small_network(0.0).probabilities(["0:"], [], [["near"]]).argmax() == 1


def test_unknown_features_and_no_candidates_are_no_error():
    assert small_network().probabilities(["never seen"], ["never seen"], [["never seen"]]) == pytest.approx([0.5, 0.5])
    assert small_network().probabilities(["0:"], ["near"], []) == pytest.approx([1.0])


def test_every_kind_of_anaphor_has_a_network():
    assert set(NETWORK_OF.values()) == set(antecedent_networks())


def test_a_file_with_pickled_objects_is_refused():
    stream = io.BytesIO()
    np.savez(stream, **{f"it/{name}": np.array([{}], dtype=object) for name in ARRAYS})
    with pytest.raises(ValueError, match="allow_pickle"):
        read_networks(stream.getvalue())


def test_likeness_knows_nouns_of_one_meaning():
    doc_reading = tokens(Document("The troops left. The soldiers returned. The report appeared."))
    noun = Mention("m0", 0, 10, "The troops", "SecurityForce", "nominal", None, 0.7)
    doc_reading.set_mentions([noun])
    anaphor = Anaphor(doc_reading, noun, doc_reading.doc[1], 0, plural=True, quoted=False)
    soldiers, report, unknown = Cluster(), Cluster(), Cluster()
    for cluster, index in ((soldiers, 5), (report, 9)):
        vector = doc_reading.doc[index].vector
        cluster.heads[doc_reading.doc[index].lemma_] = vector / np.linalg.norm(vector)
    near, far, none = likeness(anaphor, [soldiers, report, unknown])
    assert near > far >= 0.0
    assert none == 0.0


def test_the_subject_that_went_before_is_taken_up():
    reading = read("Moussa Diallo, the interior minister, flew to Gao on Monday. He promised to send more police.")
    assert same(reading, "Moussa Diallo", "He")


def test_he_is_no_woman_and_she_no_man():
    reading = read("Mr Diallo praised Mrs Traore. She thanked him.")
    assert same(reading, "Traore", "She")
    assert same(reading, "Diallo", "him")
    assert not same(reading, "She", "him")


def test_its_goes_to_the_body_that_acts_not_to_a_person():
    reading = read("The army said that it had lost two of its soldiers, a spokesman told Awa Traore.")
    assert same(reading, "The army", "it", "its")
    assert find(reading, "it").entity != find(reading, "Awa Traore").entity


def test_a_definite_noun_takes_up_the_same_noun():
    reading = read("A militia attacked the village at dawn. Residents said the militia had burned forty houses.")
    assert same(reading, "A militia", "the militia")


def test_an_indefinite_noun_is_something_new():
    reading = read("A militia attacked the village at dawn. A week later a militia from the north came too.")
    assert not same(reading, "A militia", "a militia from the north")


def test_a_noun_of_another_state_is_another_thing():
    reading = read("Chadian soldiers entered the town. Malian soldiers stayed in their barracks.")
    assert not same(reading, "Chadian soldiers", "Malian soldiers")
    assert same(reading, "Malian soldiers", "their")


def test_his_son_is_not_himself():
    reading = read("Moussa Diallo left the country with his son.")
    assert same(reading, "Moussa Diallo", "his")
    assert not same(reading, "Moussa Diallo", "his son")


def test_the_score_is_a_probability():
    reading = read("The rebels took Gao. They burned the bridge. Their leader fled.")
    assert all(0.0 < mention.confidence <= 1.0 for mention in reading.mentions)


def test_we_in_a_statement_is_who_issues_it():
    reading = read(
        "Statement of the Harbour Rights Network on the arrests\n\nThe Harbour Rights Network condemns the arrests. "
        "We call on the ministry to free all sailors."
    )
    assert same(reading, "Harbour Rights Network", "We")


def test_we_in_a_report_without_publisher_stays_open():
    reading = read("Sailors held in the port\n\nThe Harbour Rights Network condemns the arrests. We saw two ships leave.")
    assert find(reading, "We").entity is None


def test_we_of_a_document_with_publisher_is_the_publisher():
    reading = read("We expect more fighting.", publisher="Harbour Rights Network", kind="analysis")
    assert reading.entity(find(reading, "We").entity).name == "Harbour Rights Network"


def test_we_in_a_quotation_is_not_the_author():
    by = (Contribution("Deirdre Tynan", "author"),)
    reading = read("“We have nothing,” a nurse said.", contributions=by)
    entity = reading.entity(find(reading, "We").entity)
    assert entity is None or entity.name != "Deirdre Tynan"


def test_a_group_is_named_by_the_words_that_say_most_of_it():
    reading = read("Malian soldiers left Gao. All the soldiers went home.")
    assert same(reading, "Malian soldiers", "All the soldiers")
    assert entity(reading, "All the soldiers").name == "Malian soldiers"
