import json

import pytest

from digits import timing

CPUINFO = "processor\t: 0\nmodel name\t: {name}\nflags\t\t: fpu {flags}\n\nprocessor\t: 1\nmodel name\t: other\nflags\t\t: fpu\n"


def test_a_processor_is_named_with_its_widest_vectors_which_decide_the_last_bits():
    assert timing.named(CPUINFO.format(name="AMD EPYC", flags="avx avx2 fma avx512f")) == "AMD EPYC, AVX-512"
    assert timing.named(CPUINFO.format(name="AMD EPYC", flags="avx avx2 fma")) == "AMD EPYC, AVX2"
    assert timing.named(CPUINFO.format(name="old", flags="sse4_2")) == "old"


def test_processors_of_one_name_are_told_apart_by_their_family():
    text = CPUINFO.format(name="AMD EPYC", flags="avx2").replace("flags", "cpu family\t: 26\nmodel\t\t: 2\nflags", 1)
    assert timing.named(text) == "AMD EPYC (family 26, model 2), AVX2"


@pytest.mark.parametrize(("set_to", "used"), [("1", "1"), ("true", "1"), ("TRUE", "1"), ("0", "0"), ("false", "0"), ("off", "off")])
def test_whether_onednn_was_used_is_recorded_as_tensorflow_reads_its_variable(monkeypatch, set_to, used):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", set_to)
    assert timing.software()["oneDNN"] == used


def test_a_processor_without_a_name_is_called_by_its_architecture():
    assert timing.named("processor\t: 0\nFeatures\t: fp asimd\n") == timing.platform.machine()


def test_a_stage_s_times_stand_beside_those_of_other_stages(tmp_path):
    path = tmp_path / "timing.json"
    timing.record(path, "train", {"seconds": 2.0})
    timing.record(path, "evaluate", {"seconds": 0.5})
    known = json.loads(path.read_text())
    assert (known["train"]["seconds"], known["evaluate"]["seconds"]) == (2.0, 0.5)
    assert known["machine"]["cores"] >= 1


@pytest.mark.parametrize("damaged", ["[]", "null", '"text"', "{", ""])
def test_a_damaged_file_is_written_anew(tmp_path, damaged):
    path = tmp_path / "timing.json"
    path.write_text(damaged)
    timing.record(path, "train", {"seconds": 2.0})
    assert json.loads(path.read_text())["train"]["seconds"] == 2.0


def test_what_was_timed_on_another_machine_is_not_taken_for_this_one_s(tmp_path, monkeypatch):
    path = tmp_path / "timing.json"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(timing, "machine", lambda: {"processor": "slow", "cores": 1, "system": "S"})
        timing.record(path, "train", {"seconds": 200.0})
    timing.record(path, "evaluate", {"seconds": 0.5})
    known = json.loads(path.read_text())
    assert (sorted(known), known["machine"]) == (["evaluate", "machine", "software"], timing.machine())
