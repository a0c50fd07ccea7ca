"""NeMo models of the published kinds with few and random weights, saved as NeMo saves them."""

from pathlib import Path
from typing import Any

_MODULES = "nemo.collections.asr.modules"
_MEL = {
    "_target_": f"{_MODULES}.AudioToMelSpectrogramPreprocessor",
    "normalize": "per_feature",
    "window_size": 0.025,
    "window_stride": 0.01,
    "sample_rate": 16_000,
    "window": "hann",
    "features": 80,
    "n_fft": 512,
    "dither": 0.00001,
}


def small_titanet(path: Path) -> Path:
    """A TitaNet of two layers."""
    import torch  # noqa: PLC0415
    from nemo.collections.asr.models import EncDecSpeakerLabelModel  # noqa: PLC0415
    from omegaconf import OmegaConf  # noqa: PLC0415

    def layer(filters: int, kernel: int) -> dict[str, Any]:
        return {
            "filters": filters,
            "repeat": 1,
            "kernel": [kernel],
            "stride": [1],
            "dilation": [1],
            "dropout": 0.0,
            "residual": False,
            "separable": True,
            "se": True,
            "se_context_size": -1,
        }

    config = {
        "sample_rate": 16_000,
        "preprocessor": _MEL,
        "encoder": {
            "_target_": f"{_MODULES}.ConvASREncoder",
            "feat_in": 80,
            "activation": "relu",
            "conv_mask": True,
            "jasper": [layer(64, 3), layer(96, 1)],
        },
        "decoder": {
            "_target_": f"{_MODULES}.SpeakerDecoder",
            "feat_in": 96,
            "num_classes": 4,
            "pool_mode": "attention",
            "emb_sizes": 32,
            "angular": True,
        },
        "loss": {
            "_target_": "nemo.collections.asr.losses.angularloss.AngularSoftmaxLoss",
            "scale": 30,
            "margin": 0.2,
        },
    }
    torch.manual_seed(1)
    EncDecSpeakerLabelModel(cfg=OmegaConf.create(config)).save_to(str(path))
    return path


def small_sortformer(path: Path) -> Path:
    """A Sortformer of one layer each, for four voices."""
    import torch  # noqa: PLC0415
    from nemo.collections.asr.models import SortformerEncLabelModel  # noqa: PLC0415
    from omegaconf import OmegaConf  # noqa: PLC0415

    size = 32
    config = {
        "sample_rate": 16_000,
        "max_num_of_spks": 4,
        "pil_weight": 0.5,
        "ats_weight": 0.5,
        "model_defaults": {"fc_d_model": size, "tf_d_model": size},
        "preprocessor": {**_MEL, "pad_to": 16},
        "encoder": {
            "_target_": f"{_MODULES}.ConformerEncoder",
            "feat_in": 80,
            "feat_out": -1,
            "n_layers": 1,
            "d_model": size,
            "subsampling": "dw_striding",
            "subsampling_factor": 8,
            "subsampling_conv_channels": 16,
            "ff_expansion_factor": 2,
            "self_attention_model": "rel_pos",
            "n_heads": 4,
            "conv_kernel_size": 9,
        },
        "transformer_encoder": {
            "_target_": f"{_MODULES}.transformer.transformer_encoders.TransformerEncoder",
            "num_layers": 1,
            "hidden_size": size,
            "inner_size": 64,
            "num_attention_heads": 4,
            "attn_score_dropout": 0.0,
            "attn_layer_dropout": 0.0,
            "ffn_dropout": 0.0,
            "hidden_act": "relu",
            "pre_ln": False,
            "pre_ln_final_layer_norm": True,
        },
        "sortformer_modules": {
            "_target_": f"{_MODULES}.sortformer_modules.SortformerModules",
            "num_spks": 4,
            "dropout_rate": 0.0,
            "fc_d_model": size,
            "tf_d_model": size,
        },
        "loss": {
            "_target_": "nemo.collections.asr.losses.bce_loss.BCELoss",
            "weight": None,
            "reduction": "mean",
        },
    }
    torch.manual_seed(1)
    SortformerEncLabelModel(cfg=OmegaConf.create(config)).save_to(str(path))
    return path
