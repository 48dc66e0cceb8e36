Describe 'Start-PacketCapture' {
    It 'refuses a bad filter before anything starts' {
        { Start-PacketCapture lo "$TestDrive/a.pcapng" -Filter 'udp prot 53' } | Should -Throw -ErrorId 'PacketCapture,FILTER,Sandbox.Cmdlets.StartPacketCaptureCommand'
        "$TestDrive/a.pcapng" | Should -Not -Exist
    }

    It 'names the interfaces where there is no such one' {
        { Start-PacketCapture eth77 "$TestDrive/a.pcapng" } | Should -Throw -ErrorId 'PacketCapture,NO_INTERFACE,Sandbox.Cmdlets.StartPacketCaptureCommand'
        { Watch-Packet eth77 } | Should -Throw -ErrorId 'PacketCapture,NO_INTERFACE,Sandbox.Cmdlets.WatchPacketCommand'
    }

    It 'tells the process of a packet' -Skip:(-not ((id -u) -eq '0' -and (Test-Path /sys/kernel/btf/vmlinux))) {
        $session = Start-PacketCapture lo "$TestDrive/who.pcapng" -ProcessInformation -Filter 'udp dst port 9'
        try {
            $socket = [System.Net.Sockets.UdpClient]::new()
            $null = $socket.Send([byte[]](1, 2, 3), 3, '127.0.0.1', 9)
            $socket.Dispose()
        }
        finally {
            $session | Stop-PacketCapture
        }

        $packets = Read-Packet "$TestDrive/who.pcapng"
        $packets.ProcessId | Should -Contain $PID
        $packets.Process.Path | Should -Contain (Get-Item "/proc/$PID/exe").Target
    }
}

Describe 'Start-HardenedProcess -CapturePath' {
    It 'needs a network of its own' {
        { Start-HardenedProcess true -Network Host -CapturePath "$TestDrive/a.pcapng" } | Should -Throw -ErrorId 'PacketCapture,HOST_NETWORK,Sandbox.Cmdlets.StartHardenedProcessCommand'
    }

    It 'has another view than its own only where addresses are translated' {
        { Start-HardenedProcess true -Network None -CapturePath "$TestDrive/a.pcapng" -CaptureView Both } | Should -Throw -ErrorId 'PacketCapture,VIEW,Sandbox.Cmdlets.StartHardenedProcessCommand'
        { Start-HardenedProcess true -CaptureView Both } | Should -Throw -ErrorId 'CaptureView,NO_PATH,Sandbox.Cmdlets.StartHardenedProcessCommand'
    }

    It 'leaves no file where nothing ran' {
        "$TestDrive/a.pcapng" | Should -Not -Exist
    }
}
