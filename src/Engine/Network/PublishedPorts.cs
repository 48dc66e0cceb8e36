using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// Ports of the host that lead to a sandbox, bound so that nobody else takes them meanwhile, and none is taken from a service that
/// has it. Nobody listens there: what comes to the host's addresses never gets so far, and at ::1 it is refused.
/// </summary>
internal sealed class PublishedPorts : IDisposable
{
    private readonly List<FileDescriptor> _held = [];

    public void Hold(IEnumerable<PortMapping> mappings)
    {
        foreach (var mapping in mappings) _held.Add(Bind(mapping, besideEnding: false));
    }

    /// <summary>Says what keeps them from whoever takes them next.</summary>
    public static void Check(IEnumerable<PortMapping> mappings)
    {
        foreach (var mapping in mappings) Bind(mapping, besideEnding: true).Dispose();
    }

    public void Dispose()
    {
        foreach (var port in _held) port.Dispose();
        _held.Clear();
    }

    private static FileDescriptor Bind(PortMapping mapping, bool besideEnding)
    {
        try
        {
            return HeldPort.Bind(mapping.HostPort, mapping.Protocol == "udp", besideEnding);
        }
        catch (ErrnoException e)
        {
            throw new SandboxException($"PublishPort,{Errno.Name(e.Errno)}", e.Kind, $"-PublishPort: port {mapping.HostPort}/{mapping.Protocol} of the host can't be taken: {Errno.Name(e.Errno)}.", "Choose another port, or stop what listens there (ss -lntup).", e);
        }
    }
}
