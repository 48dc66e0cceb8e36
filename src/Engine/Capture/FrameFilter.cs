using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Sandbox.Capture;

/// <summary>A filter of pcap-filter(7) for frames of a file, compiled by libpcap for each form of frames.</summary>
public sealed class FrameFilter : IDisposable
{
    private readonly string _text;
    private readonly Dictionary<int, BpfProgram> _programs = [];

    /// <summary>Compiles it for Ethernet, so that a mistake is told before anything is read.</summary>
    /// <exception cref="SandboxException">The filter is wrong, or libpcap is not installed.</exception>
    public FrameFilter(string text)
    {
        _text = text;
        _programs[(int)LinkLayers.Ethernet] = Compile((int)LinkLayers.Ethernet);
    }

    /// <summary>Frees the programs.</summary>
    public void Dispose()
    {
        foreach (var program in _programs.Values) program.Dispose();
        _programs.Clear();
    }

    /// <summary>Whether a frame passes.</summary>
    /// <exception cref="SandboxException">The filter is wrong, or libpcap is not installed.</exception>
    internal bool Passes(ReadOnlySpan<byte> data, int linkType)
    {
        if (!_programs.TryGetValue(linkType, out var program)) _programs[linkType] = program = Compile(linkType);
        return program.Matches(data);
    }

    private BpfProgram Compile(int linkType)
    {
        try
        {
            return BpfProgram.Create((LinkLayers)linkType, _text);
        }
        catch (PcapException e)
        {
            throw CaptureFailure.Filter(_text, e.Message);
        }
        catch (Exception e) when (e is DllNotFoundException || e.InnerException is DllNotFoundException)
        {
            throw CaptureFailure.NoLibrary(e);
        }
    }
}
