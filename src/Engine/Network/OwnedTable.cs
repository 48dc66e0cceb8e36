using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// A table of nft that nobody else can change or remove while this is held: <c>nft flush ruleset</c> passes it over (nft(8), owner). What
/// lets go of it, also a kill of this process, leaves it as it is, with its rules, to whoever removes it (persist). Both need Linux 6.9;
/// before, it is a table like others.
/// </summary>
internal sealed class OwnedTable : IDisposable
{
    private readonly NetlinkConversation _kernel;
    private readonly string _name;

    /// <summary>Makes it, empty, in the network namespace of the calling thread. An error where somebody has one of that name.</summary>
    public OwnedTable(string name)
    {
        _name = name;
        _kernel = NftTables.Open();
        try
        {
            var errno = NftTables.TryCreate(_kernel, name, NftTables.Persistent);
            Persists = errno == 0;
            if (errno is Errno.EOPNOTSUPP or Errno.EINVAL) errno = NftTables.TryCreate(_kernel, name, 0);
            if (errno != 0) throw new ErrnoException("NFT_MSG_NEWTABLE", errno, name);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether it is ours alone.</summary>
    public bool IsOwned { get; private set; }

    private bool Persists { get; }

    /// <summary>Takes it, when its rules are loaded: by the program nft, which is somebody else.</summary>
    public void Take()
    {
        if (!Persists) return;
        if (NftTables.TryOwn(_kernel, _name) is var errno and not 0) throw new ErrnoException("NFT_MSG_NEWTABLE", errno, _name);
        IsOwned = true;
    }

    /// <summary>Takes the rules of a chain away; false where the kernel refuses.</summary>
    public bool TryEmpty(string chain) => NftTables.TryEmpty(_kernel, _name, chain) == 0;

    /// <summary>Lets go of it.</summary>
    public void Dispose() => _kernel.Dispose();
}
