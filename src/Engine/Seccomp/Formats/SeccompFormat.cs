namespace Sandbox.Seccomp;

/// <summary>The forms in which policies and programs are read and written.</summary>
public enum SeccompFormat
{
    /// <summary>JSON of the OCI runtime specification; read also in the dialect of Docker and containers-common.</summary>
    Oci,

    /// <summary>A SeccompProfile of the Kubernetes Security Profiles Operator, in YAML.</summary>
    Kubernetes,

    /// <summary>SystemCallFilter= and its companions of systemd.exec(5).</summary>
    Systemd,

    /// <summary>A policy of minijail.</summary>
    Minijail,

    /// <summary>JSON of Firecracker's seccompiler; read only.</summary>
    Firecracker,

    /// <summary>The program as an array of struct sock_filter.</summary>
    Bpf,

    /// <summary>The program as text.</summary>
    Disassembly,
}
