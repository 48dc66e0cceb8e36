namespace Sandbox.Denials;

/// <summary>What a parameter means, as Calls.txt says.</summary>
internal enum ParameterKind
{
    Hex,
    Int,
    Size,
    Mode,
    Path,
    Text,
    Fd,
    DirFd,
    Open,
    Flags,
    Enum,
    SockAddr,
    SockType,
    Protocol,
    Option,
    Clone,
    CloneArgs,
    OpenHow,
    MsgHdr,
    Ioctl,
    Signal,
}
