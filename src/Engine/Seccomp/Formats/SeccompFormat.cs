namespace Sandbox.Seccomp;

/// <summary>The forms in which policies and programs are read and written.</summary>
public enum SeccompFormat
{
    /// <summary>JSON of the OCI runtime specification; read also in the dialect of Docker and containers-common.</summary>
    Oci,

    /// <summary>The program as an array of struct sock_filter.</summary>
    Bpf,

    /// <summary>The program as text; written only.</summary>
    Disassembly,
}
