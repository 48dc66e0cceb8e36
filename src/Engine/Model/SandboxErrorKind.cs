namespace Sandbox;

/// <summary>The kinds of error that callers tell apart; each has one PowerShell error category of the same name.</summary>
public enum SandboxErrorKind
{
    /// <summary>No better kind.</summary>
    NotSpecified,

    /// <summary>An argument that can't be right.</summary>
    InvalidArgument,

    /// <summary>Text or a file that can't be parsed; the message names the place.</summary>
    ParserError,

    /// <summary>A file, program or process that isn't there.</summary>
    ObjectNotFound,

    /// <summary>Something that exists already.</summary>
    ResourceExists,

    /// <summary>A missing privilege.</summary>
    PermissionDenied,

    /// <summary>A protection that was asked for is not in force; nothing ran.</summary>
    SecurityError,

    /// <summary>A limit of the machine.</summary>
    ResourceUnavailable,

    /// <summary>This kernel or machine can't do it.</summary>
    NotInstalled,

    /// <summary>It took too long.</summary>
    OperationTimeout,

    /// <summary>The object's state doesn't allow it.</summary>
    InvalidOperation,
}
